import { z } from 'zod';
import { defineLayer } from './layer-kind.js';
import { activationNames } from './options.js';

/** A function of each value; softmax is over the last axis. */
export const activation = defineLayer({
  name: 'activation',
  summary: 'a function of each value',
  options: z.strictObject({
    activation: z.enum(activationNames).describe(`Which: ${activationNames.join(', ')}.`),
  }),
  shorthand: 'activation',
  takes: 'one',
  plan: (_options, [inputShape]) => ({ outputShape: inputShape, tensors: [], flops: 0 }),
});
