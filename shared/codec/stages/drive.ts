import { z } from 'zod';
import { rotatedLevels } from '../rotated-levels.js';
import { defineTransform } from '../stage-interface.js';

const options = z.strictObject({
  scale: z
    .enum(['unbiased', 'least-error'])
    .default('unbiased')
    .describe('unbiased: ‖x‖²/‖r‖₁ of the rotated vector r; least-error: ‖r‖₁/d, for error feedback'),
});

/** Signs of a randomly rotated vector. */
export const drive = defineTransform({
  name: 'drive',
  code: 81,
  role: 'quantizer',
  summary: 'rotates and sends signs and a scale; slow to encode, below 100 MB/s of float32',
  takes: ['dense'],
  gives: 'symbols',
  bits: '1 a coordinate, padded to pieces of powers of two, + 32 a piece',
  bias: 'unbiased but for what one Hadamard rotation leaves, NMSE π/2 − 1 = 0.571; least-error: 1 − 2/π = 0.363',
  paper: 'Vargaftik et al. 2021, DRIVE: One-bit Distributed Mean Estimation',
  options,
  shorthand: 'scale',
  create: ({ scale }) => rotatedLevels('drive', 1, scale),
});
