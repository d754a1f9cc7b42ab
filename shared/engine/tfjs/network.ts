import type { Tensor } from '@tensorflow/tfjs';
import type { CompiledNetwork, LayerName } from '../../models/network.js';
import { isActivated } from '../quantized.js';
import { floatTensors } from '../tensors.js';
import type { TensorFlow } from './backend.js';
import { quantizedValue } from './fake-quantization.js';
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

const find = (map: ReadonlyMap<string, Tensor>, name: string): Tensor => {
  const found = map.get(name);
  if (found === undefined) throw new Error(`no tensor ${name}`);
  return found;
};

/**
 * The values that the layers give, by name.
 * @param input [rows, ...input shape], already scaled
 * @param activationBits of fake quantization, null for none
 */
export const runLayers = (
  tf: TensorFlow,
  { layers, layout }: CompiledNetwork,
  parameters: readonly Tensor[],
  input: Tensor,
  training: TrainingRun | null,
  activationBits: number | null = null,
): Map<string, Tensor> => {
  const byName = new Map(floatTensors(layout).map(({ name }, i) => [name, parameters[i]]));
  const run: Run = { tf, parameter: (name) => find(byName, name), training };
  const values = new Map([['input', input]]);
  for (const placed of layers) {
    const runner = layerRunners[placed.kind] as LayerRunner<LayerName>;
    const inputs = placed.from.map((name) => find(values, name));
    const value = runner.run(run, placed, inputs);
    const isQuantized = training !== null && activationBits !== null && isActivated(placed);
    values.set(placed.name, isQuantized ? quantizedValue(tf, value, training.rowWeights, activationBits) : value);
  }
  return values;
};
