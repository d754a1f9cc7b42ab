import { stepFactors } from '../../params/trained-step.js';
import type { Tensor } from '@tensorflow/tfjs';
import { leastStep, rangeSlack } from '../quantized.js';
import type { TensorFlow } from './backend.js';

/** Values on a grid, and 1 where a gradient goes through. */
interface Grid {
  readonly value: Tensor;
  readonly isInside: Tensor;
}

/** Takes the grid's values, and the gradient of the values themselves where they are inside the range. */
const straightThrough = (tf: TensorFlow, value: Tensor, grid: (value: Tensor) => Grid): Tensor =>
  tf.customGrad((x, save) => {
    const { value: onGrid, isInside } = grid(x as Tensor);
    (save as (tensors: Tensor[]) => void)([isInside]);
    return { value: onGrid, gradFunc: (gradient: Tensor, [mask]: Tensor[]) => tf.mul(gradient, mask) };
  })(value);

/** A kernel on the grid of its step; its gradient is that of the kernel itself. */
export const quantizedKernel = (tf: TensorFlow, kernel: Tensor, bits: number): Tensor =>
  straightThrough(tf, kernel, (x) => {
    const factors = stepFactors(bits);
    const magnitudes = tf.abs(x);
    const mean = tf.div(tf.sum(magnitudes), tf.maximum(tf.sum(tf.sign(magnitudes)), 1));
    const step = tf.maximum(
      tf.minimum(tf.mul(tf.max(magnitudes), factors.largest), tf.mul(mean, factors.mean)),
      leastStep,
    );
    const level = tf.clipByValue(tf.round(tf.div(x, step)), -factors.most, factors.most);
    return { value: tf.mul(level, step), isInside: tf.onesLike(x) };
  });

/** Values on a grid of 2^bits levels from the batch's least to its largest, 0 on it. @param rowWeights [rows] */
export const quantizedValue = (tf: TensorFlow, value: Tensor, rowWeights: Tensor, bits: number): Tensor =>
  straightThrough(tf, value, (x) => {
    const counts = tf.reshape(tf.sign(rowWeights), [-1, ...x.shape.slice(1).map(() => 1)]);
    const counted = tf.mul(x, counts);
    const least = tf.minimum(tf.min(counted), 0);
    const largest = tf.maximum(tf.max(counted), 0);
    const levels = 2 ** bits - 1;
    const step = tf.maximum(tf.mul(tf.sub(largest, least), 1 / levels), leastStep);
    const lowest = tf.round(tf.div(least, step));
    const highest = tf.add(lowest, levels);
    const steps = tf.div(x, step);
    const level = tf.minimum(tf.maximum(tf.round(steps), lowest), highest);
    const isAbove = tf.greaterEqual(tf.add(steps, rangeSlack), lowest);
    const isInside = tf.logicalAnd(isAbove, tf.lessEqual(tf.sub(steps, rangeSlack), highest));
    return { value: tf.mul(level, step), isInside: tf.cast(isInside, 'float32') };
  });
