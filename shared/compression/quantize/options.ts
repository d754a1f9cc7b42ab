import { z } from 'zod';
import { calibrations } from './calibrate.js';

/* Options that the steps of quantization share. */

const bits = z.int().min(2).max(8);

export const weightBits = bits
  .default(8)
  .describe('Bits of a weight of a dense layer or a convolution; from 2 to 8. Biases stay float32.');

export const activationBits = bits
  .nullable()
  .default(8)
  .describe('Bits of what layers give to the next; from 2 to 8, or null for float32. The input has 8.');

export const step = z
  .enum(['measured', 'learned'])
  .default('measured')
  .describe(
    'Where the step of a kernel’s grid comes from in training: measured, from its weights’ magnitudes, or learned, by gradients (Esser et al. 2020).',
  );

const calibrationWords = 'minmax, percentile, kl or mse';

export const activationOptions = {
  activationSymmetric: z
    .boolean()
    .default(false)
    .describe('Whether the levels of activations lie evenly around 0, or above it where nothing is negative.'),
  activationCalibration: z
    .enum(calibrations)
    .default('percentile')
    .describe(`How the range of activations is chosen: ${calibrationWords}.`),
  percentile: z
    .number()
    .min(50)
    .max(100)
    .default(99.99)
    .describe('Per cent of the values inside each end of the range, for percentile; from 50 to 100.'),
  examples: z
    .int()
    .min(1)
    .max(1_000_000)
    .default(500)
    .describe(
      'Training examples to calibrate with, of those that are held out, or of each client its own; from 1 to 1000000, at most all of them.',
    ),
  clients: z
    .int()
    .min(0)
    .max(10_000)
    .default(0)
    .describe(
      'Clients that the training examples are dealt to and that send what they count of activations, as coded counts which the coordinator adds up; from 0, where held-out examples are counted instead, to 10000.',
    ),
};

export const weightOptions = {
  weightSymmetric: z
    .boolean()
    .default(true)
    .describe('Whether the levels of weights lie evenly around 0, as from −127 to 127 for 8 bits.'),
  granularity: z
    .enum(['tensor', 'channel'])
    .default('channel')
    .describe('Whether a kernel has one scale, or one each for its output channels: tensor or channel.'),
  weightCalibration: z
    .enum(calibrations)
    .default('minmax')
    .describe(`How the range of weights is chosen: ${calibrationWords}.`),
};

export const fold = z
  .boolean()
  .default(true)
  .describe('Whether batch normalizations are first folded into the layers before them.');
