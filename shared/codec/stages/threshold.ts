import { z } from 'zod';
import { explicitSparsifier } from '../sparsifier.js';
import { defineTransform } from '../stage-interface.js';

const options = z.strictObject({
  above: z.number().min(0).describe('coordinates of larger magnitude are kept, in the units of the vector, v ≥ 0'),
});

const select = (values: Float32Array, above: number): Uint32Array => {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > above) count++;
  const positions = new Uint32Array(count);
  for (let i = 0, at = 0; at < count; i++) if (Math.abs(values[i]) > above) positions[at++] = i;
  return positions;
};

/** Keeps what is larger than a fixed magnitude; how much that is depends on the vector. */
export const threshold = defineTransform({
  name: 'threshold',
  code: 3,
  role: 'sparsifier',
  summary: 'keeps the coordinates above a magnitude',
  takes: ['dense'],
  gives: 'sparse',
  support: 'explicit',
  bits: 'positions, and the values of the kept; their number is not bounded',
  bias: 'biased; every error is at most the threshold; use error feedback',
  paper: 'Strom 2015, Scalable Distributed DNN Training Using Commodity GPU Cloud Computing',
  options,
  shorthand: 'above',
  create: ({ above }) =>
    explicitSparsifier(
      (values) => select(values, above),
      (length) => length,
    ),
});
