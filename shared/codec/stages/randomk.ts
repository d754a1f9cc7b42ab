import { z } from 'zod';
import { randomPositions } from '../random-positions.js';
import { asItIs, floatsOf, gather, sparseShape } from '../sparsifier.js';
import { defineTransform } from '../stage-interface.js';
import { saturate, type Floats } from '../value.js';
import { keptCount } from './topk.js';

const options = z.strictObject({
  fraction: z.number().gt(0).max(1).default(0.01).describe('part of the coordinates that is kept, 0 < v ≤ 1'),
  scale: z
    .enum(['unbiased', 'none'])
    .default('unbiased')
    .describe('unbiased: kept values are multiplied by d/k, so that the expectation is the vector; none: as they are'),
});

const scaled = (values: Float32Array, factor: number): Float32Array => {
  for (let i = 0; i < values.length; i++) values[i] = saturate(values[i] * factor);
  return values;
};

/** Keeps k coordinates, all sets equally likely. Both sides draw them from the key, so no position is sent. */
export const randomk = defineTransform({
  name: 'randomk',
  code: 2,
  role: 'sparsifier',
  summary: 'keeps random coordinates, which both sides know from the key',
  takes: ['dense'],
  gives: 'sparse',
  support: 'keyed',
  bits: 'the values of the kept; no positions',
  bias: 'unbiased with NMSE d/k − 1, or unscaled with NMSE 1 − k/d and error feedback',
  paper: 'Stich, Cordonnier and Jaggi 2018, Sparsified SGD with Memory',
  options,
  shorthand: 'fraction',
  create: ({ fraction, scale }) => ({
    bound: (shape) => ({ shape: sparseShape(shape, 'keyed', keptCount(fraction, shape.length)), sideBytes: 0 }),
    encode: (value, _side, unit) => {
      const count = keptCount(fraction, value.length);
      const positions = randomPositions(unit.random('randomk'), count, value.length);
      const kept = gather(floatsOf(value), positions);
      const values = scale === 'unbiased' && count > 0 ? scaled(kept, value.length / count) : kept;
      return { value: { ...sparseShape(value, 'keyed', count), positions, values } as Floats, restore: asItIs };
    },
    open: (shape, _side, unit) => {
      const count = keptCount(fraction, shape.length);
      const positions = randomPositions(unit.random('randomk'), count, shape.length);
      return { shape: { ...sparseShape(shape, 'keyed', count), positions }, restore: asItIs };
    },
  }),
});
