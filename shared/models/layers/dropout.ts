import { z } from 'zod';
import { defineLayer } from './layer-kind.js';

/**
 * Dropout (Srivastava et al., JMLR 2014): in training each value is 0 with probability `rate`, the others grow by
 * 1 / (1 − rate). Which ones follows from the run's seed, the round, the client, the layer and the step.
 */
export const dropout = defineLayer({
  name: 'dropout',
  summary: 'in training, some values are 0 and the others grow',
  options: z.strictObject({
    rate: z.number().min(0).lt(1).describe('Probability that a value is dropped; from 0 to less than 1.'),
  }),
  shorthand: 'rate',
  takes: 'one',
  plan: (_options, [inputShape]) => ({ outputShape: inputShape, tensors: [], flops: 0 }),
});
