import { z } from 'zod';
import { defineStep } from '../step.js';
import { gradientScore } from './gradient-score.js';
import { batchesOption, pruneStep, pruningOptions } from './prune-step.js';

/** Weights go without which the loss would change least, to first order. */
export const taylor = defineStep({
  name: 'taylor',
  summary: 'prunes the weights whose loss changes least without them: of the smallest (weight · gradient)²',
  family: 'pruning',
  phases: ['score importance', 'prune', 'fine-tune'],
  paper: 'Molchanov et al. 2019, Importance Estimation for Neural Network Pruning, equation 8',
  options: z.strictObject({ ...pruningOptions, batches: batchesOption }),
  shorthand: 'sparsity',
  create: (options) =>
    pruneStep(
      options,
      gradientScore(options, (weight, slope) => (weight * slope) ** 2),
    ),
});
