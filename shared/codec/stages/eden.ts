import { z } from 'zod';
import { rotatedLevels } from '../rotated-levels.js';
import { defineTransform } from '../stage-interface.js';

const options = z.strictObject({
  bits: z
    .number()
    .min(0.01)
    .max(8)
    .default(1)
    .describe('bits a coordinate, 0.01 to 8; of 2.5 bits half the coordinates, drawn at random, have 3 and half 2'),
  scale: z
    .enum(['unbiased', 'least-error'])
    .default('unbiased')
    .describe(
      'unbiased: the restored vector has the vector’s own product with it; least-error: shorter, for error feedback',
    ),
});

/** A random rotation, the best levels for a Gaussian, and a scale that makes up for what they lose. */
export const eden = defineTransform({
  name: 'eden',
  code: 82,
  role: 'quantizer',
  summary:
    'rotates, rounds to the levels that serve a Gaussian best, and scales without bias; slow to encode, below 100 MB/s of float32',
  takes: ['dense'],
  gives: 'symbols',
  bits: 'b a coordinate (a fraction: on average), padded to pieces of powers of two, + 32 a piece',
  bias: 'unbiased but for what one Hadamard rotation leaves; NMSE 0.571, 0.133, 0.0358, 0.0096 at 1 to 4 bits, π/(2 b) − 1 below 1',
  paper: 'Vargaftik et al. 2022, EDEN: Communication-Efficient and Robust Distributed Mean Estimation',
  options,
  shorthand: 'bits',
  create: ({ bits, scale }) => rotatedLevels('eden', bits, scale),
});
