import { z } from 'zod';
import { defineStep } from './step.js';
import { foreseeTraining } from './foreseen.js';

/** Goes on training, under the mask. */
export const fineTune = defineStep({
  name: 'finetune',
  summary: 'trains on, with what was pruned staying 0',
  family: 'training',
  phases: ['fine-tune'],
  paper: 'Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks',
  options: z.strictObject({
    epochs: z.int().min(1).max(1000).default(1).describe('Passes over the training examples; from 1 to 1000.'),
    learningRate: z.number().gt(0).max(10).default(0.05).describe('More than 0, at most 10.'),
    batchSize: z.int().min(1).max(100_000).default(32).describe('Examples in one step; from 1 to 100000.'),
  }),
  shorthand: 'epochs',
  create: (options) => ({
    foresee: (before) => {
      foreseeTraining(before);
      return before;
    },
    apply: async (model, bench) => (await bench.train(model, { phase: 'fine-tune', ...options })).model,
  }),
});
