import { z } from 'zod';
import { makeRegistry, type PlugIn } from '../util/registry.js';

const sgd: PlugIn = {
  name: 'sgd',
  summary: 'stochastic gradient descent without momentum',
  shorthand: 'learningRate',
  options: z.strictObject({
    learningRate: z
      .number()
      .gt(0)
      .lte(1000)
      .default(0.1)
      .describe(
        'Step size: a parameter moves by learningRate times the gradient of the batch’s mean loss. More than 0.',
      ),
  }),
};

/** What a scenario's `local.optimizer` can name. */
export const optimizers = makeRegistry<PlugIn>('optimizer', [sgd]);
