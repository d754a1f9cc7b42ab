import { z } from 'zod';
import { defineStep } from '../step.js';
import { criteria } from './channel-scores.js';
import { channelBudgetOptions, criterionOption, oneAmount } from './channel-options.js';
import { channelStep } from './channel-step.js';

/** Whole units of dense layers go; the network becomes smaller. */
export const neuron = defineStep({
  name: 'neuron',
  summary: 'takes whole units out of hidden dense layers: really smaller tensors',
  family: 'pruning',
  phases: ['score importance', 'prune', 'fine-tune'],
  paper: 'Hu et al. 2016, Network Trimming: A Data-Driven Neuron Pruning Approach towards Efficient Deep Architectures',
  options: z.strictObject({ ...channelBudgetOptions, criterion: criterionOption }).refine(...oneAmount),
  shorthand: 'sparsity',
  create: (options) => {
    const { criterion } = options;
    return channelStep(options, {
      kind: 'dense',
      word: 'units',
      criterion: criteria[criterion],
      criterionWord: criterion,
    });
  },
});
