import { z } from 'zod';
import { malformed } from '../streams/malformed.js';
import { floatsOf, sparseShape } from '../sparsifier.js';
import { defineTransform, type Restore } from '../stage-interface.js';
import { topPositions } from '../top-positions.js';
import { saturate, type Floats, type Shape, type Symbols, type Value } from '../value.js';
import { keptCount } from './topk.js';

const options = z.strictObject({
  fraction: z.number().gt(0).max(1).default(0.01).describe('part of the coordinates that is kept, 0 < v ≤ 1'),
});

/** The values of one sign, zeros elsewhere. */
const oneSided = (values: Float32Array, sign: 1 | -1): Float32Array => {
  const out = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) out[i] = Math.max(0, sign * values[i]);
  return out;
};

interface Class {
  readonly sign: 1 | -1;
  readonly positions: Uint32Array;
  readonly mean: number;
}

const classOf = (values: Float32Array, sign: 1 | -1, count: number): Class => {
  const magnitudes = oneSided(values, sign);
  const positions = topPositions(magnitudes, count);
  let sum = 0;
  for (let i = 0; i < positions.length; i++) sum += magnitudes[positions[i]];
  return { sign, positions, mean: positions.length === 0 ? 0 : Math.fround(saturate(sum / positions.length)) };
};

/** One symbol for all: its bits are none. */
const symbolShape = (shape: Shape, count: number): Shape => ({
  ...sparseShape(shape, 'explicit', count),
  kind: 'symbols',
  alphabet: 1,
});

const restoreWith =
  (value: number): Restore =>
  (coded: Value) => {
    const { symbols: _, ...shape } = coded as Symbols;
    return { ...shape, kind: 'sparse', alphabet: 0, values: new Float32Array(shape.count).fill(value) } as Floats;
  };

/** Of the largest positive and the largest negative values those with the greater mean; all become that mean. */
export const sbc = defineTransform({
  name: 'sbc',
  code: 85,
  role: 'sparsifier',
  summary: 'keeps the largest values of one sign and sends their mean',
  takes: ['dense'],
  gives: 'symbols',
  support: 'explicit',
  bits: 'positions + 32',
  bias: 'biased; use error feedback',
  paper: 'Sattler et al. 2019, Sparse Binary Compression: Towards Distributed Deep Learning with Minimal Communication',
  options,
  shorthand: 'fraction',
  create: ({ fraction }) => ({
    bound: (shape) => ({ shape: symbolShape(shape, keptCount(fraction, shape.length)), sideBytes: 9 }),
    encode: (value, side) => {
      const values = floatsOf(value);
      const count = keptCount(fraction, values.length);
      const [plus, minus] = [classOf(values, 1, count), classOf(values, -1, count)];
      const { sign, positions, mean } = plus.mean >= minus.mean ? plus : minus;
      side.varint(positions.length);
      side.float32(sign * mean);
      const symbols = new Uint16Array(positions.length);
      return {
        value: { ...symbolShape(value, positions.length), positions, symbols } as Symbols,
        restore: restoreWith(sign * mean),
      };
    },
    open: (shape, side) => {
      const count = side.varint();
      const mean = side.float32();
      if (count > keptCount(fraction, shape.length)) {
        malformed('codec/bad-count', `${count} kept values of ${shape.length}.`);
      }
      if (!Number.isFinite(mean)) malformed('codec/bad-scale', `The mean is ${mean}.`);
      return { shape: symbolShape(shape, count), restore: restoreWith(mean) };
    },
  }),
});
