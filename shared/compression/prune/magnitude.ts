import { z } from 'zod';
import { defineStep } from '../step.js';
import { pruneStep, pruningOptions } from './prune-step.js';

/** Weights of the smallest magnitude go. */
export const magnitude = defineStep({
  name: 'magnitude',
  summary: 'prunes the weights of the smallest magnitude',
  family: 'pruning',
  phases: ['score importance', 'prune', 'fine-tune'],
  paper: 'Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks; Zhu and Gupta 2017',
  options: z.strictObject(pruningOptions),
  shorthand: 'sparsity',
  create: (options) =>
    pruneStep(options, (model) => Promise.resolve(model.parameters.floats.map((weight) => Math.abs(weight)))),
});
