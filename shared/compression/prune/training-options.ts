import { z } from 'zod';

/** How often weights go, and the training between and after. */
export const trainingOptions = {
  steps: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Times that weights go, along a cubic schedule, with training between; from 1, all at once, to 1000.'),
  epochs: z
    .int()
    .min(0)
    .max(1000)
    .default(3)
    .describe(
      'Passes over the training examples after the last time; from 0 to 1000. Between the others it is one, if any.',
    ),
  learningRate: z.number().gt(0).max(10).default(0.05).describe('Of the training; more than 0, at most 10.'),
  batchSize: z.int().min(1).max(100_000).default(32).describe('Examples in one step of it; from 1 to 100000.'),
};

export const scopeOption = z
  .enum(['global', 'layer'])
  .default('global')
  .describe('Whether scores are compared over the whole model, or each layer loses the same part: global or layer.');

export interface TrainingOptions {
  readonly steps: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
}
