import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import type { Compressor } from '../step.js';
import type { Workbench } from '../workbench.js';
import { cubicSparsity } from './schedule.js';
import { pruneTo } from './select.js';

/** What every method that prunes single weights can be told. */
export const pruningOptions = {
  sparsity: z.number().gt(0).lt(1).default(0.9).describe('Part of the weights that goes; more than 0, less than 1.'),
  scope: z
    .enum(['global', 'layer'])
    .default('global')
    .describe('Whether scores are compared over the whole model, or each layer loses the same part: global or layer.'),
  steps: z
    .int()
    .min(1)
    .max(1000)
    .default(5)
    .describe('Times that weights go, along a cubic schedule, with training between; from 1, all at once, to 1000.'),
  epochs: z
    .number()
    .min(0)
    .max(1000)
    .default(3)
    .describe('Passes over the training examples after the last time; from 0 to 1000.'),
  learningRate: z.number().gt(0).max(10).default(0.05).describe('Of the training; more than 0, at most 10.'),
  batchSize: z.int().min(1).max(100_000).default(32).describe('Examples in one step of it; from 1 to 100000.'),
};

export interface PruningOptions {
  readonly sparsity: number;
  readonly scope: 'global' | 'layer';
  readonly steps: number;
  readonly epochs: number;
  readonly learningRate: number;
  readonly batchSize: number;
}

/** The importance of every parameter, layout order: the least important go first. */
export type Score = (model: CompressedModel, bench: Workbench) => Promise<Float32Array>;

/** Scores, prunes and trains, as often as the schedule says. */
export const pruneStep = (options: PruningOptions, score: Score): Compressor => ({
  apply: async (before, bench) => {
    const { steps, epochs, learningRate, batchSize, scope } = options;
    if (!Number.isInteger(epochs)) {
      throw new CodedError('argument/invalid', `${epochs} epochs.`, { hint: 'It is a whole number from 0.' });
    }
    let model = before;
    for (let step = 1; step <= steps; step++) {
      bench.report({ phase: 'score importance', done: (step - 1) / steps });
      const scores = await score(model, bench);
      bench.report({ phase: 'prune', done: step / steps });
      model = pruneTo(model, scores, cubicSparsity(options.sparsity, step / steps), scope, bench);
      const isLast = step === steps;
      const plan = { phase: 'fine-tune', batchSize, learningRate, epochs: isLast ? epochs : Math.min(1, epochs) };
      if (plan.epochs > 0) ({ model } = await bench.train(model, plan));
    }
    return model;
  },
});
