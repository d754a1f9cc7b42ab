import { z } from 'zod';
import { sizeOf } from '../../params/layout.js';
import { defineLayer } from './layer-kind.js';

/** All values of an example in one row, in the order they are stored: [h, w, c] → [h·w·c]. */
export const flatten = defineLayer({
  name: 'flatten',
  summary: 'all values of an example in one row',
  options: z.strictObject({}),
  takes: 'one',
  plan: (_options, [inputShape]) => ({ outputShape: [sizeOf(inputShape)], tensors: [], flops: 0 }),
});
