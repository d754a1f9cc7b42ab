import { sizeOf } from '../../../params/layout.js';
import type { LayerRunner } from './runner.js';

export const channelShuffle: LayerRunner<'channelShuffle'> = {
  kind: 'channelShuffle',
  run: ({ tf }, { options: { groups }, outputShape: shape }, [input]) => {
    const channels = shape[shape.length - 1];
    const view = tf.reshape(input, [-1, sizeOf(shape) / channels, groups, channels / groups]);
    return tf.reshape(tf.transpose(view, [0, 1, 3, 2]), [-1, ...shape]);
  },
};
