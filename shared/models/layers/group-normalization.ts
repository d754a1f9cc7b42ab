import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { ones, zeros } from '../initializers.js';
import { defineLayer } from './layer-kind.js';
import { count, epsilon } from './options.js';

/**
 * Group normalization (Wu and He, ECCV 2018): each group of neighbouring channels of an example to mean 0 and variance
 * 1 over all its positions.
 */
export const groupNormalization = defineLayer({
  name: 'groupNormalization',
  summary: 'each group of channels of an example to mean 0 and variance 1, then scaled and shifted',
  options: z.strictObject({ groups: count('Number of groups, a divisor of the channels').default(8), epsilon }),
  shorthand: 'groups',
  takes: 'one',
  plan: ({ groups }, [inputShape]) => {
    const channels = inputShape[inputShape.length - 1];
    if (channels % groups !== 0) {
      throw new CodedError('model/bad-layer', `${groups} groups do not divide ${channels} channels.`, {
        hint: 'Take a number of groups that does.',
      });
    }
    return {
      outputShape: inputShape,
      tensors: [
        { name: 'gamma', shape: [channels], role: 'weight', initializer: ones },
        { name: 'beta', shape: [channels], role: 'weight', initializer: zeros },
      ],
      flops: 0,
    };
  },
});
