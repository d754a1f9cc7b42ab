import type { Scalar, Tensor } from '@tensorflow/tfjs';
import type { CompiledNetwork, LayerName } from '../../models/network.js';
import { CodedError } from '../../util/errors.js';
import { floatTensors } from '../tensors.js';
import type { TensorFlow } from './backend.js';
import { layerRunners } from './layers/index.js';
import type { LayerRunner, Run, TrainingRun } from './layers/runner.js';

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

/** The values that the layers give, by name. @param input [rows, ...input shape], already scaled */
export const runLayers = (
  tf: TensorFlow,
  { layers, layout }: CompiledNetwork,
  parameters: readonly Tensor[],
  input: Tensor,
  training: TrainingRun | null,
): Map<string, Tensor> => {
  const byName = new Map(floatTensors(layout).map(({ name }, i) => [name, parameters[i]]));
  const find = (map: ReadonlyMap<string, Tensor>, name: string): Tensor => {
    const found = map.get(name);
    if (found === undefined) throw new Error(`no tensor ${name}`);
    return found;
  };
  const run: Run = { tf, parameter: (name) => find(byName, name), training };
  const values = new Map([['input', input]]);
  for (const placed of layers) {
    const runner = layerRunners[placed.kind] as LayerRunner<LayerName> | undefined;
    if (runner === undefined) {
      throw new CodedError('model/unknown-layer', `The engine tfjs has no layer kind '${placed.kind}'.`, {
        where: `layer '${placed.name}'`,
      });
    }
    values.set(
      placed.name,
      runner.run(
        run,
        placed,
        placed.from.map((name) => find(values, name)),
      ),
    );
  }
  return values;
};

/** Logits [rows, classes]. @param input [rows, ...input shape], already scaled */
export const runNetwork = (
  tf: TensorFlow,
  compiled: CompiledNetwork,
  parameters: readonly Tensor[],
  input: Tensor,
  training: TrainingRun | null = null,
): Tensor => runLayers(tf, compiled, parameters, input, training).get(compiled.layers.at(-1)?.name ?? '') ?? input;

/** Each row's cross-entropy in nats: [rows]. @param targets one-hot [rows, classes] */
export const rowLosses = (tf: TensorFlow, logits: Tensor, targets: Tensor): Tensor =>
  tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1));

/** The batch's loss Σ weight · cross-entropy. @param weights [rows] */
export const weightedLoss = (tf: TensorFlow, logits: Tensor, targets: Tensor, weights: Tensor): Scalar =>
  tf.sum(tf.mul(rowLosses(tf, logits, targets), weights));
