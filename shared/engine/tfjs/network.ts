import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { CompiledNetwork, Layer } from '../../models/network.js';
import { floatTensors } from '../tensors.js';
import type { TensorFlow } from './backend.js';
import { layerRunners } from './layers/index.js';
import type { LayerRunner } from './layers/runner.js';

/** The network's parameters as tensors, in layout order without counters. */
export const toTensors = (tf: TensorFlow, { layout }: CompiledNetwork, floats: Float32Array): Tensor[] =>
  floatTensors(layout)
    // A copy, because the library may keep the array it is given.
    .map(({ shape, offset, size }) => tf.tensor(floats.slice(offset, offset + size), [...shape], 'float32'));

/** Reads the tensors of {@link toTensors} back. */
export const toFloats = ({ layout }: CompiledNetwork, tensors: readonly Tensor[]): Float32Array => {
  const floats = new Float32Array(layout.floats);
  floatTensors(layout).forEach(({ offset }, i) => floats.set(tensors[i].dataSync() as Float32Array, offset));
  return floats;
};

/** Logits [rows, classes]. @param input [rows, ...input shape], already scaled */
export const runNetwork = (
  tf: TensorFlow,
  { layers, layout }: CompiledNetwork,
  parameters: readonly Tensor[],
  input: Tensor,
): Tensor => {
  const names = floatTensors(layout).map(({ name }) => name);
  const parameter = (name: string): Tensor => parameters[names.indexOf(name)];
  let value = input;
  for (const placed of layers) {
    const runner = layerRunners[placed.layer.kind] as LayerRunner<Layer['kind']>;
    value = runner.run(tf, placed, parameter, value);
  }
  return value;
};

/** Each row's cross-entropy in nats: [rows]. @param targets one-hot [rows, classes] */
export const rowLosses = (tf: TensorFlow, logits: Tensor, targets: Tensor): Tensor =>
  tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1));

/** The batch's loss Σ weight · cross-entropy. @param weights [rows] */
export const weightedLoss = (tf: TensorFlow, logits: Tensor, targets: Tensor, weights: Tensor): Scalar =>
  tf.sum(tf.mul(rowLosses(tf, logits, targets), weights));
