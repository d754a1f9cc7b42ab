import { z } from 'zod';
import { defineFederated } from './during.js';
import { endsInTime } from './schedule.js';
import { weightOptions, weightPruner } from './weights.js';

/** Weights of the smallest magnitude go, along a schedule over the rounds. The coordinator needs nothing from the clients for it. */
export const magnitude = defineFederated({
  name: 'magnitude',
  summary: 'prunes the weights of the smallest magnitude',
  family: 'pruning',
  phases: ['train', 'score importance', 'prune', 'fine-tune'],
  paper: 'Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks; Zhu and Gupta 2017',
  options: z.strictObject(weightOptions).refine(...endsInTime),
  create: (options) => ({ pruner: weightPruner(options, (_task, magnitudes) => magnitudes) }),
});
