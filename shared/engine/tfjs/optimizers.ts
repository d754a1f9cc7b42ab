import type { Tensor } from '@tensorflow/tfjs';
import type { Optimizer } from '../engine.js';
import type { TensorFlow } from './backend.js';

/** What a step makes of one tensor; `slots` is its state, none before the first step. */
export interface Stepped {
  readonly parameter: Tensor;
  readonly slots: readonly Tensor[];
}

/**
 * One optimizer step on one tensor.
 * @param count of this step, from 1
 */
export type OptimizerStep = (
  parameter: Tensor,
  gradient: Tensor,
  slots: readonly Tensor[],
  learningRate: number,
  count: number,
) => Stepped;

const withDecay = (tf: TensorFlow, value: Tensor, parameter: Tensor, decay: number): Tensor =>
  decay === 0 ? value : tf.add(value, tf.mul(parameter, decay));

const sgdStep =
  (tf: TensorFlow, { momentum, nesterov, weightDecay }: Optimizer & { kind: 'sgd' }): OptimizerStep =>
  (parameter, gradient, slots, learningRate) => {
    const g = withDecay(tf, gradient, parameter, weightDecay);
    if (momentum === 0) return { parameter: tf.sub(parameter, tf.mul(g, learningRate)), slots: [] };
    const velocity = slots.length === 0 ? g : tf.add(tf.mul(slots[0], momentum), g);
    const direction = nesterov ? tf.add(g, tf.mul(velocity, momentum)) : velocity;
    return { parameter: tf.sub(parameter, tf.mul(direction, learningRate)), slots: [velocity] };
  };

const adamStep =
  (tf: TensorFlow, optimizer: Optimizer & { kind: 'adam' | 'adamw' }): OptimizerStep =>
  (parameter, gradient, slots, learningRate, count) => {
    const { kind, beta1, beta2, epsilon, weightDecay } = optimizer;
    const g = kind === 'adam' ? withDecay(tf, gradient, parameter, weightDecay) : gradient;
    const average = (old: Tensor | undefined, fresh: Tensor, beta: number): Tensor => {
      const part = tf.mul(fresh, 1 - beta);
      return old === undefined ? part : tf.add(tf.mul(old, beta), part);
    };
    const mean = average(slots[0], g, beta1);
    const square = average(slots[1], tf.mul(g, g), beta2);
    const root = tf.sqrt(tf.div(square, 1 - beta2 ** count));
    const direction = tf.div(tf.div(mean, 1 - beta1 ** count), tf.add(root, epsilon));
    const whole = kind === 'adamw' ? withDecay(tf, direction, parameter, weightDecay) : direction;
    return { parameter: tf.sub(parameter, tf.mul(whole, learningRate)), slots: [mean, square] };
  };

export const optimizerStep = (tf: TensorFlow, optimizer: Optimizer): OptimizerStep =>
  optimizer.kind === 'sgd' ? sgdStep(tf, optimizer) : adamStep(tf, optimizer);
