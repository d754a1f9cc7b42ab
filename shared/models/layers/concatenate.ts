import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { defineLayer } from './layer-kind.js';

/** Values one after the other along the last axis, the channels. */
export const concatenate = defineLayer({
  name: 'concatenate',
  summary: 'the channels of the values that `from` names, one after the other',
  options: z.strictObject({}),
  takes: 'several',
  plan: (_options, inputShapes) => {
    const [first] = inputShapes;
    const positions = first.slice(0, -1).join();
    const other = inputShapes.find((shape) => shape.slice(0, -1).join() !== positions || shape.length !== first.length);
    if (other !== undefined) {
      throw new CodedError('model/bad-shape', `[${first.join(', ')}] and [${other.join(', ')}] do not go together.`, {
        hint: 'All extents but the last must be the same.',
      });
    }
    const channels = inputShapes.reduce((sum, shape) => sum + shape[shape.length - 1], 0);
    return { outputShape: [...first.slice(0, -1), channels], tensors: [], flops: 0 };
  },
});
