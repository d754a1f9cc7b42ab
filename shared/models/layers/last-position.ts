import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { defineLayer } from './layer-kind.js';

/** The last position of a text: [positions, width] → [width]. */
export const lastPosition = defineLayer({
  name: 'lastPosition',
  summary: 'the last position of a text',
  options: z.strictObject({}),
  takes: 'one',
  plan: (_options, [inputShape]) => {
    if (inputShape.length !== 2) {
      throw new CodedError('model/bad-shape', `It takes a text, its input is [${inputShape.join(', ')}].`, {
        hint: 'The input must be [positions, width].',
      });
    }
    return { outputShape: [inputShape[1]], tensors: [], flops: 0 };
  },
});
