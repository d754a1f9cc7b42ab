import { z } from 'zod';
import { defineStep } from '../step.js';
import { gradientScore } from './gradient-score.js';
import { batchesOption, pruneStep, pruningOptions } from './prune-step.js';

/** Weights go whose gradients are the smallest: the loss hardly depends on them. */
export const gradient = defineStep({
  name: 'gradient',
  summary: 'prunes the weights that the loss is least sensitive to: of the smallest gradients',
  family: 'pruning',
  phases: ['score importance', 'prune', 'fine-tune'],
  paper: 'LeCun et al. 1989, Optimal Brain Damage (sensitivity); the gradient’s magnitude as its first order',
  options: z.strictObject({ ...pruningOptions, batches: batchesOption }),
  shorthand: 'sparsity',
  create: (options) =>
    pruneStep(
      options,
      gradientScore(options, (_weight, slope) => Math.abs(slope)),
    ),
});
