import type { Tensor } from '@tensorflow/tfjs';
import { sizeOf } from '../../../params/layout.js';
import { affine } from './normalization.js';
import type { LayerRunner } from './runner.js';

export const batchNormalization: LayerRunner<'batchNormalization'> = {
  kind: 'batchNormalization',
  run: ({ tf, parameter, training }, { options, tensors, outputShape: shape }, [input]) => {
    const channels = shape[shape.length - 1];
    const positions = sizeOf(shape) / channels;
    const [runningMean, runningVariance] = ['moving_mean', 'moving_variance'].map((name) => parameter(tensors[name]));
    const scaledBy = (mean: Tensor, variance: Tensor): Tensor => {
      const normalized = tf.mul(tf.sub(input, mean), tf.rsqrt(tf.add(variance, options.epsilon)));
      return affine(tf, normalized, parameter(tensors['gamma']), parameter(tensors['beta']));
    };
    if (training === null) return scaledBy(runningMean, runningVariance);
    const rows = tf.reshape(input, [-1, positions, channels]);
    const weights = tf.reshape(tf.div(training.rowWeights, positions), [-1, 1, 1]);
    const weighted = (value: Tensor): Tensor => tf.sum(tf.mul(value, weights), [0, 1]);
    const mean = weighted(rows);
    const centered = tf.sub(rows, mean);
    const variance = weighted(tf.mul(centered, centered));
    const moved = (running: Tensor, batch: Tensor): Tensor =>
      tf.add(tf.mul(running, options.momentum), tf.mul(batch, 1 - options.momentum));
    training.setBuffer(tensors['moving_mean'], moved(runningMean, mean));
    training.setBuffer(tensors['moving_variance'], moved(runningVariance, variance));
    return scaledBy(mean, variance);
  },
};
