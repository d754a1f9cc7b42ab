import { z } from 'zod';
import type { CompressedModel } from '../model.js';
import type { Compressor } from '../step.js';
import type { Workbench } from '../workbench.js';
import { requireFloat } from './float-only.js';
import { foreseePruned } from './prunable.js';
import { cubicSparsity } from './schedule.js';
import { pruneTo, requireGoing } from './select.js';
import { scopeOption, trainingOptions, type TrainingOptions } from './training-options.js';

/** Part of the weights that goes. */
export const sparsityOption = z
  .number()
  .gt(0)
  .lt(1)
  .default(0.9)
  .describe('Part of the weights that goes; more than 0, less than 1.');

/** What every method that prunes single weights can be told. */
export const pruningOptions = { sparsity: sparsityOption, scope: scopeOption, ...trainingOptions };

/** Of methods that look at gradients. */
export const batchesOption = z
  .int()
  .min(1)
  .max(100_000)
  .default(100)
  .describe('Batches whose gradients are looked at, each time; from 1 to 100000.');

export interface PruningOptions extends TrainingOptions {
  readonly sparsity: number;
  readonly scope: 'global' | 'layer';
}

/** The importance of every parameter, layout order: the least important go first. */
export type Score = (model: CompressedModel, bench: Workbench) => Promise<Float32Array | Float64Array>;

/** Scores, prunes and trains, as often as the schedule says. */
export const pruneStep = (options: PruningOptions, score: Score): Compressor => ({
  foresee: foreseePruned,
  apply: async (before, bench) => {
    requireFloat(before);
    requireGoing(before, options);
    const { steps, epochs, learningRate, batchSize, scope } = options;
    let model = before;
    for (let step = 1; step <= steps; step++) {
      bench.report({ phase: 'score importance', done: (step - 1) / steps });
      const scores = await score(model, bench);
      bench.report({ phase: 'prune', done: step / steps });
      const sparsity = cubicSparsity(options.sparsity, step / steps);
      const pruned = pruneTo(model, scores, { sparsity, scope }, bench);
      const isLast = step === steps;
      const plan = { phase: 'fine-tune', batchSize, learningRate, epochs: isLast ? epochs : Math.min(1, epochs) };
      const trains = plan.epochs > 0 && (isLast || pruned !== model);
      model = trains ? (await bench.train(pruned, plan)).model : pruned;
    }
    return model;
  },
});
