import { z } from 'zod';
import { ones, zeros } from '../initializers.js';
import { defineLayer } from './layer-kind.js';
import { epsilon } from './options.js';

/**
 * Batch normalization (Ioffe and Szegedy, ICML 2015) of each channel, the last axis: in training with the batch's mean
 * and biased variance, the rows that fill up a short batch not counted; else with the running ones. A step moves the
 * running statistics to momentum · running + (1 − momentum) · batch. They are buffers: sent whole and averaged as the
 * weights are.
 */
export const batchNormalization = defineLayer({
  name: 'batchNormalization',
  summary: 'each channel to mean 0 and variance 1 over the batch, then scaled and shifted',
  options: z.strictObject({
    momentum: z
      .number()
      .min(0)
      .lt(1)
      .default(0.99)
      .describe('Weight of the old running statistics in a step; from 0 to less than 1.'),
    epsilon,
  }),
  takes: 'one',
  plan: (_options, [inputShape]) => {
    const shape = [inputShape[inputShape.length - 1]];
    return {
      outputShape: inputShape,
      tensors: [
        { name: 'gamma', shape, role: 'weight', initializer: ones },
        { name: 'beta', shape, role: 'weight', initializer: zeros },
        { name: 'moving_mean', shape, role: 'buffer', initializer: zeros },
        { name: 'moving_variance', shape, role: 'buffer', initializer: ones },
      ],
      flops: 0,
    };
  },
});
