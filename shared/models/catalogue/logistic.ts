import { z } from 'zod';
import { denseStack } from '../dense-stack.js';
import type { Model } from '../model.js';

/** Multinomial logistic regression: one dense layer from the pixels to the classes. */
export const logistic: Model = {
  name: 'logistic',
  summary: 'logistic regression: one dense layer, a convex problem',
  options: z.strictObject({}),
  build: (shape) => denseStack('logistic', shape, []),
};
