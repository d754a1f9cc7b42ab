import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { defineLayer } from './layer-kind.js';

/** The mean of each channel: [height, width, channels] → [channels]. */
export const globalAveragePooling2d = defineLayer({
  name: 'globalAveragePooling2d',
  summary: 'the mean of each channel',
  options: z.strictObject({}),
  takes: 'one',
  plan: (_options, [inputShape]) => {
    if (inputShape.length !== 3) {
      throw new CodedError('model/bad-shape', `It takes an image, its input is [${inputShape.join(', ')}].`, {
        hint: 'The input must be [height, width, channels].',
      });
    }
    return { outputShape: [inputShape[2]], tensors: [], flops: 0 };
  },
});
