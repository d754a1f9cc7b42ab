import { sizeOf } from '../../../params/layout.js';
import { affine, normalize } from './normalization.js';
import type { LayerRunner } from './runner.js';

export const groupNormalization: LayerRunner<'groupNormalization'> = {
  kind: 'groupNormalization',
  run: ({ tf, parameter }, { options, tensors, outputShape: shape }, [input]) => {
    const channels = shape[shape.length - 1];
    const view = [-1, sizeOf(shape) / channels, options.groups, channels / options.groups];
    const normalized = normalize(tf, tf.reshape(input, view), [1, 3], options.epsilon);
    return affine(tf, tf.reshape(normalized, [-1, ...shape]), parameter(tensors['gamma']), parameter(tensors['beta']));
  },
};
