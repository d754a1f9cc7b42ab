import type { Tensor } from '@tensorflow/tfjs';
import type { TensorFlow } from '../backend.js';

/** (x − mean) / √(variance + ε), with the biased variance over the axes. */
export const normalize = (tf: TensorFlow, value: Tensor, axes: number[], epsilon: number): Tensor => {
  const centered = tf.sub(value, tf.mean(value, axes, true));
  const variance = tf.mean(tf.mul(centered, centered), axes, true);
  return tf.mul(centered, tf.rsqrt(tf.add(variance, epsilon)));
};

/** γ · x̂ + β on the last axis. */
export const affine = (tf: TensorFlow, value: Tensor, gamma: Tensor, beta: Tensor): Tensor =>
  tf.add(tf.mul(value, gamma), beta);
