import type { Tensor } from '@tensorflow/tfjs';
import { stepFactors } from '../../../params/trained-step.js';
import { stepGradientScale } from '../../learned-steps.js';
import { leastStep } from '../../quantized.js';
import type { TensorFlow } from '../backend.js';

/** A kernel on the grid whose step is a parameter: see `shared/engine/learned-steps.ts`. @param step [1] */
export const steppedKernel = (tf: TensorFlow, kernel: Tensor, step: Tensor, bits: number): Tensor => {
  const { most } = stepFactors(bits);
  const see = tf.customGrad((...given) => {
    const [weights, size, save] = given as unknown as [Tensor, Tensor, (tensors: Tensor[]) => void];
    const used = tf.maximum(size, leastStep);
    const ratio = tf.div(weights, used);
    const clipped = tf.clipByValue(ratio, -most, most);
    const level = tf.round(clipped);
    const isInside = tf.cast(tf.equal(clipped, ratio), 'float32');
    save([isInside, tf.sub(level, tf.mul(ratio, isInside))]);
    const gradFunc = (gradient: Tensor, [inside, slope]: Tensor[]): Tensor[] => {
      const sum = tf.sum(tf.mul(gradient, slope));
      return [tf.mul(gradient, inside), tf.reshape(tf.mul(sum, stepGradientScale(kernel.size, bits)), [1])];
    };
    return { value: tf.mul(level, used), gradFunc };
  });
  return see(kernel, step);
};
