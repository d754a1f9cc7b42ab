import type { Tensor } from '@tensorflow/tfjs';
import type { Activation } from '../../../models/layers/options.js';
import type { TensorFlow } from '../backend.js';
import type { LayerRunner } from './runner.js';

/** Applies an activation. */
export const activate = (tf: TensorFlow, name: Activation, value: Tensor): Tensor =>
  name === 'relu' ? tf.relu(value) : value;

export const activation: LayerRunner<'activation'> = {
  kind: 'activation',
  run: ({ tf }, { options }, [input]) => activate(tf, options.activation, input),
};
