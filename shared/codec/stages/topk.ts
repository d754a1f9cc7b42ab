import { z } from 'zod';
import { explicitSparsifier } from '../sparsifier.js';
import { defineTransform } from '../stage-interface.js';
import { topPositions } from '../top-positions.js';

const options = z.strictObject({
  fraction: z.number().gt(0).max(1).default(0.01).describe('part of the coordinates that is kept, 0 < v ≤ 1'),
  count: z
    .int()
    .min(1)
    .nullable()
    .default(null)
    .describe('number of coordinates that is kept, at least 1; null: by fraction'),
  warmup: z
    .array(z.number().gt(0).max(1))
    .max(1000)
    .default([])
    .describe(
      'parts that are kept in the first rounds, one a round, each 0 < v ≤ 1; Deep Gradient Compression: [0.25, 0.063, 0.015, 0.004]',
    ),
});

/** @returns the smallest k ≥ fraction · length, at least 1 (of an empty vector: 0); rounding errors don't add one */
export const keptCount = (fraction: number, length: number): number =>
  Math.min(length, Math.max(1, Math.ceil(fraction * length - 1e-6)));

/** Keeps the k coordinates of largest magnitude; of equal ones the lowest. Zeros are never sent. */
export const topk = defineTransform({
  name: 'topk',
  code: 1,
  role: 'sparsifier',
  summary: 'keeps the coordinates of largest magnitude',
  takes: ['dense'],
  gives: 'sparse',
  support: 'explicit',
  bits: 'positions, and the values of the kept',
  bias: 'biased; NMSE at most 1 − k/d; use error feedback',
  paper: 'Aji and Heafield 2017, Sparse Communication for Distributed Gradient Descent',
  options,
  shorthand: 'fraction',
  create: ({ fraction, count, warmup }) => {
    const later = (length: number): number => (count === null ? keptCount(fraction, length) : Math.min(count, length));
    const most = Math.max(0, ...warmup);
    return explicitSparsifier(
      (values, { round }) => {
        const part = warmup[round - 1];
        return topPositions(values, part === undefined ? later(values.length) : keptCount(part, values.length));
      },
      // Of any round: a payload says how many it keeps.
      (length) => Math.max(later(length), most === 0 ? 0 : keptCount(most, length)),
    );
  },
});
