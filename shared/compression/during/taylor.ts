import { z } from 'zod';
import { defineFederated } from './during.js';
import type { PruningTask } from './pruner.js';
import { endsInTime } from './schedule.js';
import { weightOptions, weightPruner } from './weights.js';

const options = z
  .strictObject({
    ...weightOptions,
    smoothing: z
      .number()
      .min(0)
      .lt(1)
      .default(0.9)
      .describe('Part of the scores that stays from round to round; from 0, the last round alone, to less than 1.'),
  })
  .refine(...endsInTime);

/** smoothing · old + (1 − smoothing) · |w · Δ|. */
const sensitivity = ({ before, change, scores }: PruningTask, smoothing: number): Float32Array => {
  const out = new Float32Array(before.length);
  for (let i = 0; i < out.length; i++) {
    const now = Math.abs(before[i] * change[i]);
    out[i] = scores === undefined ? now : smoothing * scores[i] + (1 - smoothing) * now;
  }
  return out;
};

/**
 * First-order sensitivity: the loss changes by about |w · gradient| where a weight w is put to 0. The aggregated update Δ
 * stands for the gradient, which it follows; so it costs no bytes. One round's Δ is noisy and, where updates are sparse, mostly 0:
 * scores are averaged over rounds, and of weights without any score the smaller go.
 */
export const taylor = defineFederated({
  name: 'taylor',
  summary: 'prunes the weights to which the loss is least sensitive, by the aggregated updates',
  family: 'pruning',
  phases: ['train', 'score importance', 'prune', 'fine-tune'],
  paper:
    'Molchanov et al. 2017, Pruning Convolutional Neural Networks for Resource Efficient Inference; Lee et al. 2019',
  options,
  create: ({ smoothing, ...rest }) => ({
    pruner: weightPruner(rest, (task) => sensitivity(task, smoothing), smoothing > 0),
  }),
});
