import { z } from 'zod';
import { models } from '../../models/catalogue/index.js';
import { choiceOf } from '../../options/choice.js';
import type { Choice } from '../../util/registry.js';

/** Which network learns. */
export const studentOptions = {
  student: choiceOf(models, 'Any network of the catalogue.')
    .nullable()
    .default(null)
    .describe('The network that learns, any of the catalogue; null: the teacher’s own, narrower.'),
  width: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.3)
    .describe(
      'Where student is null: part of the teacher’s filters and units that each of its layers keeps; more than 0, less than 1.',
    ),
};

const epochs = (value: number) =>
  z.int().min(1).max(1000).default(value).describe('Passes over the training examples; from 1 to 1000.');

/** How a student is trained. */
export const transferOptions = (passes: number) => ({
  epochs: epochs(passes),
  learningRate: z.number().gt(0).max(10).default(0.05).describe('More than 0, at most 10.'),
  batchSize: z.int().min(2).max(10_000).default(32).describe('Examples in one step; from 2 to 10000.'),
});

/** The same, and the training with labels after it. */
export const trainingOptions = {
  ...transferOptions(5),
  fineTuneEpochs: z
    .int()
    .min(0)
    .max(1000)
    .default(1)
    .describe(
      'Passes after that with the labels alone, at a tenth of the learning rate; from 0 to 1000, and 0 means none.',
    ),
};

export const temperature = (value: number) =>
  z
    .number()
    .gt(0)
    .max(1000)
    .default(value)
    .describe('τ: logits are divided by it before the softmax; more than 0, at most 1000.');

export const alpha = (value: number) =>
  z
    .number()
    .min(0)
    .max(1)
    .default(value)
    .describe('Part of the teacher’s answers in the loss, the rest is that of the labels; from 0 to 1.');

export interface StudentOptions {
  readonly student: Choice | null;
  readonly width: number;
}

export interface TrainingOptions {
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly fineTuneEpochs: number;
}
