import type { Tensor } from '@tensorflow/tfjs';
import type { Activation } from '../../../models/layers/options.js';
import type { TensorFlow } from '../backend.js';
import type { LayerRunner } from './runner.js';

type Function = (tf: TensorFlow, value: Tensor) => Tensor;

const activations: Readonly<Record<Activation, Function>> = {
  linear: (_tf, value) => value,
  relu: (tf, value) => tf.relu(value),
  // Not clipByValue, whose gradient at 0 is 1.
  relu6: (tf, value) => tf.relu6(value),
  hardSwish: (tf, value) => tf.mul(value, tf.div(tf.clipByValue(tf.add(value, 3), 0, 6), 6)),
  sigmoid: (tf, value) => tf.sigmoid(value),
  tanh: (tf, value) => tf.tanh(value),
  gelu: (tf, value) => tf.mul(value, tf.mul(tf.add(tf.erf(tf.mul(value, Math.SQRT1_2)), 1), 0.5)),
  softmax: (tf, value) => tf.softmax(value),
};

/** Applies an activation; softmax is of the last axis. */
export const activate = (tf: TensorFlow, name: Activation, value: Tensor): Tensor => activations[name](tf, value);

export const activation: LayerRunner<'activation'> = {
  kind: 'activation',
  run: ({ tf }, { options }, [input]) => activate(tf, options.activation, input),
};
