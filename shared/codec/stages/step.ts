import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { largestMagnitude, readScale, rootMeanSquare } from '../scale.js';
import { alphabetUpTo, mostMagnitude, toInteger, toSymbol } from '../signed-symbols.js';
import { malformed } from '../streams/malformed.js';
import { defineTransform } from '../stage-interface.js';
import { saturate } from '../value.js';

const options = z.strictObject({
  size: z.number().gt(0).max(1e6).default(2).describe('the step, in root mean squares of the values, above 0'),
  powerOfTwo: z
    .boolean()
    .default(false)
    .describe('whether the step is rounded to a power of two, so that sums of decoded vectors are exact'),
  zero: z.number().min(0.5).max(4).default(1).describe('width of the cell of 0, in steps, 0.5 to 4'),
  restore: z
    .enum(['means', 'multiples'])
    .optional()
    .describe(
      'what symbols are restored to: the mean of what was rounded to them, or the multiple; without it multiples with powerOfTwo, else means',
    ),
});

interface Options {
  readonly size: number;
  readonly powerOfTwo: boolean;
  readonly zero: number;
  readonly restore?: 'means' | 'multiples' | undefined;
}

/** Magnitudes with a mean of their own; beyond, few values are left. */
const mostMeans = 8;

const meanCount = ({ powerOfTwo, restore = powerOfTwo ? 'multiples' : 'means' }: Options, magnitude: number): number =>
  restore === 'means' ? Math.min(magnitude, mostMeans) : 0;

/** The mean magnitude of what has each of the first symbols, as float32; the multiple where there is none. */
const meansOf = (values: Float32Array, symbols: Uint16Array, count: number, step: number): Float32Array => {
  const sums = new Float64Array(count);
  const counts = new Uint32Array(count);
  for (let i = 0; i < values.length; i++) {
    const magnitude = (symbols[i] + 1) >>> 1;
    if (magnitude === 0 || magnitude > count) continue;
    sums[magnitude - 1] += Math.abs(values[i]);
    counts[magnitude - 1]++;
  }
  return Float32Array.from(sums, (sum, i) => (counts[i] > 0 ? sum / counts[i] : (i + 1) * step));
};

/** The nearest power of two, in the logarithm; only comparisons and products, which are the same everywhere. */
const nearestPowerOfTwo = (value: number): number => {
  let power = 1;
  while (power > value * Math.SQRT1_2) power /= 2;
  while (power < value * Math.SQRT1_2) power *= 2;
  return power;
};

/** Steps below the least normal float would lose digits. */
const leastStep = 2 ** -126;

/** A float32 that is large enough for the largest magnitude to have a symbol. */
const stepOf = (values: Float32Array, { size, powerOfTwo }: Options): number => {
  const wanted = Math.max(size * rootMeanSquare(values), largestMagnitude(values) / mostMagnitude, leastStep);
  const step = powerOfTwo ? nearestPowerOfTwo(Math.min(wanted, 2 ** 126)) : saturate(wanted);
  const float = Math.fround(step);
  return largestMagnitude(values) / float > mostMagnitude + 0.5 ? 2 * float : float;
};

interface Scale {
  readonly step: number;
  /** The largest integer. */
  readonly magnitude: number;
  /** What the integers 1, 2, … are restored to, as far as they are not multiples. */
  readonly means: Float32Array;
}

/** Floats by symbol where there are few symbols, so that none is computed twice. */
const restoreAll = (symbols: Uint16Array, { step: length, means }: Scale): Float32Array => {
  const valueOf = (symbol: number): number => {
    const integer = toInteger(symbol);
    const mean = Math.abs(integer) <= means.length && integer !== 0 ? means[Math.abs(integer) - 1] : null;
    return mean === null ? saturate(integer * length) : Math.sign(integer) * mean;
  };
  const table = Float32Array.from({ length: 256 }, (_, symbol) => valueOf(symbol));
  const values = new Float32Array(symbols.length);
  for (let i = 0; i < symbols.length; i++) values[i] = symbols[i] < 256 ? table[symbols[i]] : valueOf(symbols[i]);
  return values;
};

/** Multiples of one step, as many as there need to be; an entropy coder makes the frequent ones short. */
export const step = defineTransform({
  name: 'step',
  code: 48,
  role: 'quantizer',
  summary: 'rounds values to multiples of a step, for an entropy coder to make short',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: 'with an entropy coder the entropy of the multiples, + 48, + 32 a mean',
  bias: 'rounds to nearest: an error of at most half a step; with an entropy coder 0.25 bit from the Shannon limit at high rate',
  paper:
    'Mitchell, Ballé, Charles and Konečný 2022, Optimizing the Communication-Accuracy Trade-off in Federated Learning',
  options,
  shorthand: 'size',
  create: (chosen) =>
    quantizerTransform<Scale>({
      alphabet: (_shape, scale) => alphabetUpTo(scale?.magnitude ?? mostMagnitude),
      scaleBytes: () => 6 + 4 * mostMeans,
      quantize: (values, _shape, side) => {
        const length = stepOf(values, chosen);
        // A magnitude a has the integer ⌊a / step + offset⌋: with a cell of 0 as wide as the others that is rounding.
        const offset = 1 - chosen.zero / 2;
        const magnitude = Math.max(0, Math.floor(largestMagnitude(values) / length + offset));
        const symbols = new Uint16Array(values.length);
        const factor = 1 / length;
        for (let i = 0; i < values.length; i++) {
          const steps = Math.max(0, Math.min(magnitude, Math.floor(Math.abs(values[i]) * factor + offset)));
          symbols[i] = toSymbol(values[i] < 0 ? -steps : steps);
        }
        const means = meansOf(values, symbols, meanCount(chosen, magnitude), length);
        side.float32(length);
        side.uint16(magnitude);
        for (const mean of means) side.float32(mean);
        return { symbols, scales: { step: length, magnitude, means } };
      },
      readScales: (_count, side) => {
        const length = readScale(side);
        const magnitude = side.uint16();
        if (magnitude > mostMagnitude) malformed('codec/bad-scale', `The magnitude ${magnitude} is above 32,767.`);
        const means = Float32Array.from({ length: meanCount(chosen, magnitude) }, () => readScale(side));
        return { step: length, magnitude, means };
      },
      restore: (symbols, scale) => restoreAll(symbols, scale),
    }),
});
