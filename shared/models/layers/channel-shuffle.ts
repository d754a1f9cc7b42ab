import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { defineLayer } from './layer-kind.js';
import { count } from './options.js';

/**
 * Channel shuffle (Zhang et al., "ShuffleNet", CVPR 2018, section 3.1): channels seen as [groups, n] become [n, groups].
 */
export const channelShuffle = defineLayer({
  name: 'channelShuffle',
  summary: 'mixes the channels of groups: [groups, n] becomes [n, groups]',
  options: z.strictObject({ groups: count('Number of groups, a divisor of the channels') }),
  shorthand: 'groups',
  takes: 'one',
  plan: ({ groups }, [inputShape]) => {
    const channels = inputShape[inputShape.length - 1];
    if (channels % groups !== 0) {
      throw new CodedError('model/bad-layer', `${groups} groups do not divide ${channels} channels.`, {
        hint: 'Take a number of groups that does.',
      });
    }
    return { outputShape: inputShape, tensors: [], flops: 0 };
  },
});
