import { z } from 'zod';
import { columnCount } from '../columns.js';
import { isNegative, wordsOf } from '../negative.js';
import { quantizerTransform } from '../quantizer.js';
import { defineTransform } from '../stage-interface.js';
import { malformed } from '../streams/malformed.js';

/** What the values of each column are restored to, as float32: the mean of the negative ones and of the others. */
interface Means {
  readonly negative: Float32Array;
  readonly other: Float32Array;
}

/** 0 where a column has none of a kind. */
const meansOf = (values: Float32Array, symbols: Uint16Array, columns: number): Means => {
  const sums = new Float64Array(2 * columns);
  const counts = new Uint32Array(2 * columns);
  for (let i = 0, column = 0; i < values.length; i++) {
    const at = column + columns * (1 - symbols[i]);
    sums[at] += values[i];
    counts[at]++;
    if (++column === columns) column = 0;
  }
  const means = Float32Array.from(sums, (sum, i) => (counts[i] === 0 ? 0 : sum / counts[i]));
  return { negative: means.subarray(0, columns), other: means.subarray(columns) };
};

/** Signs, and of each column of a matrix the means of its negative and of its other values. */
export const onebit = defineTransform({
  name: 'onebit',
  code: 57,
  role: 'quantizer',
  summary: 'sends signs and two means a column of a tensor, of negative and of other values',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '1 a value + 64 a column; a vector is one column',
  bias: 'biased; never a larger error than the signs with one magnitude a column; use error feedback',
  paper:
    'Seide et al. 2014, 1-Bit Stochastic Gradient Descent and its Application to Data-Parallel Distributed Training',
  options: z.strictObject({}),
  create: () =>
    quantizerTransform<Means>({
      alphabet: () => 2,
      scaleBytes: (_count, shape, extents) => 8 * columnCount(shape, extents),
      quantize: (values, shape, side, { extents }) => {
        const words = wordsOf(values);
        const symbols = new Uint16Array(values.length);
        for (let i = 0; i < values.length; i++) symbols[i] = isNegative(words[i]);
        const means = meansOf(values, symbols, columnCount(shape, extents));
        side.float32s(means.negative);
        side.float32s(means.other);
        return { symbols, scales: means };
      },
      readScales: (_count, side, shape, { extents }) => {
        const columns = columnCount(shape, extents);
        const negative = side.float32s(columns);
        const other = side.float32s(columns);
        for (let i = 0; i < columns; i++) {
          if (negative[i] > -Infinity && negative[i] <= 0 && other[i] >= 0 && other[i] < Infinity) continue;
          malformed('codec/bad-scale', `The means of a column are ${negative[i]} and ${other[i]}.`);
        }
        return { negative, other };
      },
      restore: (symbols, { negative, other }) => {
        const columns = other.length;
        const means = new Float32Array(2 * columns);
        means.set(other);
        means.set(negative, columns);
        const values = new Float32Array(symbols.length);
        for (let i = 0, column = 0; i < symbols.length; i++) {
          values[i] = means[column + columns * symbols[i]];
          if (++column === columns) column = 0;
        }
        return values;
      },
    }),
});
