import type { Tensor } from '@tensorflow/tfjs';
import type { PlacedTensor } from '../../../params/layout.js';
import type { WeightTransform } from '../../engine.js';
import { drawLevels, maskDraws } from '../../mask-draws.js';
import type { TensorFlow } from '../backend.js';

/** What draws follow from besides the tensor. */
export interface Step {
  readonly seed: number;
  readonly step: number;
}

/** w · m, with m drawn from σ(score); straight through, dscore = d(w · m) · w · σ(score) · (1 − σ(score)). */
export const bernoulliMask = (
  tf: TensorFlow,
  { weights }: WeightTransform,
  { name, shape, offset, size }: PlacedTensor,
  { seed, step }: Step,
  score: Tensor,
): Tensor => {
  const draws = new Uint16Array(size);
  maskDraws({ seed, tensor: name, step }, draws);
  const drawn = tf.tensor(Float32Array.from(draws), [...shape], 'float32');
  const constant = tf.tensor(weights.slice(offset, offset + size), [...shape], 'float32');
  return tf.customGrad((given, save) => {
    const probability = tf.sigmoid(given as Tensor);
    const isKept = tf.less(tf.add(drawn, 0.5), tf.mul(probability, drawLevels));
    (save as (tensors: Tensor[]) => void)([tf.mul(constant, tf.mul(probability, tf.sub(1, probability)))]);
    return {
      value: tf.mul(constant, tf.cast(isKept, 'float32')),
      gradFunc: (gradient: Tensor, [slope]: Tensor[]) => tf.mul(gradient, slope),
    };
  })(score);
};
