import { z } from 'zod';
import { defineStep } from '../step.js';
import { channelBudgetOptions, oneAmount } from './channel-options.js';
import { channelStep } from './channel-step.js';
import { lassoCriterion } from './lasso-criterion.js';
import { repairBy } from './repair.js';

/** Channels go that others can stand for, and the next layers are rebuilt without them. */
export const lasso = defineStep({
  name: 'lasso',
  summary: 'takes out channels that the lasso needs last, and rebuilds the next layers by least squares',
  family: 'pruning',
  phases: ['score importance', 'prune', 'rebuild', 'fine-tune'],
  paper: 'He et al. 2017, Channel Pruning for Accelerating Very Deep Neural Networks',
  options: z
    .strictObject({
      ...channelBudgetOptions,
      steps: channelBudgetOptions.steps.default(1),
      of: z
        .enum(['filters', 'units'])
        .default('filters')
        .describe('Whether filters of convolutions go, or units of hidden dense layers: filters or units.'),
      samples: z
        .int()
        .min(10)
        .max(100_000)
        .default(1000)
        .describe('Sampled values of each layer’s input that it is rebuilt from; from 10 to 100000.'),
    })
    .refine(...oneAmount),
  shorthand: 'sparsity',
  create: (options) =>
    channelStep(options, {
      kind: options.of === 'filters' ? 'conv2d' : 'dense',
      word: options.of,
      criterion: lassoCriterion(options.samples),
      criterionWord: 'lasso',
      repair: repairBy(options.samples),
    }),
});
