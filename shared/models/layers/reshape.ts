import { z } from 'zod';
import { sizeOf } from '../../params/layout.js';
import { CodedError } from '../../util/errors.js';
import { defineLayer } from './layer-kind.js';

/** The same values in another shape, in the order they are stored. */
export const reshape = defineLayer({
  name: 'reshape',
  summary: 'the same values in another shape',
  options: z.strictObject({
    targetShape: z.array(z.int().min(1)).min(1).max(4).describe('The new shape without the batch, 1 to 4 extents.'),
  }),
  shorthand: 'targetShape',
  takes: 'one',
  plan: ({ targetShape }, [inputShape]) => {
    if (sizeOf(targetShape) !== sizeOf(inputShape)) {
      const sizes = `${sizeOf(inputShape)} values do not fit into [${targetShape.join(', ')}]`;
      throw new CodedError('model/bad-shape', `The input is [${inputShape.join(', ')}]: its ${sizes}.`, {
        hint: 'The product of the extents must stay the same.',
      });
    }
    return { outputShape: targetShape, tensors: [], flops: 0 };
  },
});
