import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { defineLayer } from './layer-kind.js';

/** The sum of values of one shape, as in residual networks. */
export const add = defineLayer({
  name: 'add',
  summary: 'the sum of the values that `from` names',
  options: z.strictObject({}),
  takes: 'several',
  plan: (_options, inputShapes) => {
    const [first] = inputShapes;
    const other = inputShapes.find((shape) => shape.join() !== first.join());
    if (other !== undefined) {
      throw new CodedError('model/bad-shape', `[${first.join(', ')}] and [${other.join(', ')}] cannot be added.`, {
        hint: 'All inputs must have one shape.',
      });
    }
    return { outputShape: first, tensors: [], flops: 0 };
  },
});
