import { z } from 'zod';
import { denseStack } from '../dense-stack.js';
import type { Model } from '../model.js';

const options = z.strictObject({
  hidden: z
    .array(z.int().min(1).max(65_536))
    .max(16)
    .default([128])
    .describe('Units of each hidden layer, 1 to 65536; up to 16 layers'),
});

/** A multilayer perceptron with ReLU; 784-128-10 unless told otherwise. */
export const mlp: Model = {
  name: 'mlp',
  summary: 'multilayer perceptron, one hidden layer of 128 units unless `hidden` says otherwise',
  options,
  shorthand: 'hidden',
  build: (shape, given) => denseStack('mlp', shape, options.parse(given).hidden),
};
