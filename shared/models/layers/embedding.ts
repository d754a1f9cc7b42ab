import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { uniform } from '../initializers.js';
import { defineLayer } from './layer-kind.js';
import { count } from './options.js';

/** A vector for each token of a text, [positions] → [positions, outputDim], plus one for each position if wanted. */
export const embedding = defineLayer({
  name: 'embedding',
  summary: 'a trained vector for each token of a text',
  options: z.strictObject({
    inputDim: count('Number of different tokens'),
    outputDim: count('Length of a token’s vector'),
    positions: z.boolean().default(false).describe('Whether a trained vector for the position is added.'),
  }),
  takes: 'one',
  plan: ({ inputDim, outputDim, positions }, [inputShape]) => {
    if (inputShape.length !== 1) {
      throw new CodedError('model/bad-shape', `It takes a text, its input is [${inputShape.join(', ')}].`, {
        hint: 'The input must be [positions].',
      });
    }
    const tokens = {
      name: 'embeddings',
      shape: [inputDim, outputDim],
      role: 'weight',
      initializer: uniform(0.05),
    } as const;
    const places = {
      name: 'positions',
      shape: [inputShape[0], outputDim],
      role: 'weight',
      initializer: uniform(0.05),
    } as const;
    return { outputShape: [inputShape[0], outputDim], tensors: positions ? [tokens, places] : [tokens], flops: 0 };
  },
});
