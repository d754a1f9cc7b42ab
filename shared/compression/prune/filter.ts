import { z } from 'zod';
import { defineStep } from '../step.js';
import { criteria } from './channel-scores.js';
import { channelBudgetOptions, criterionOption, oneAmount } from './channel-options.js';
import { channelStep } from './channel-step.js';

/** Whole filters go; the network becomes smaller. */
export const filter = defineStep({
  name: 'filter',
  summary: 'takes whole filters out of convolutions: really smaller tensors',
  family: 'pruning',
  phases: ['score importance', 'prune', 'fine-tune'],
  paper:
    'Li et al. 2017, Pruning Filters for Efficient ConvNets; Molchanov et al. 2019, Importance Estimation for Neural Network Pruning',
  options: z.strictObject({ ...channelBudgetOptions, criterion: criterionOption }).refine(...oneAmount),
  shorthand: 'sparsity',
  create: (options) => {
    const { criterion } = options;
    return channelStep(options, {
      kind: 'conv2d',
      word: 'filters',
      criterion: criteria[criterion],
      criterionWord: criterion,
    });
  },
});
