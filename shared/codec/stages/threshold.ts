import { z } from 'zod';
import { positionsAbove } from '../positions-above.js';
import { explicitSparsifier } from '../sparsifier.js';
import { defineTransform } from '../stage-interface.js';

const options = z.strictObject({
  above: z.number().min(0).describe('coordinates of larger magnitude are kept, in the units of the vector, v ≥ 0'),
});

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
      (values) => positionsAbove(values, above),
      (length) => length,
    ),
});
