import { stepTensor } from '../../../shared/engine/learned-steps.js';
import type { CompiledNetwork, LayerName, PlacedLayer } from '../../../shared/models/network.js';
import type { ReferenceLayer, ReferenceRun, ReferenceTraining, Rows } from './layer.js';
import { referenceLayers } from './layers.js';
import type { Masker } from './mask.js';
import type { Quantizer } from './quantization.js';

export interface Forward {
  /** What each layer gives, by its name; `input` for the network's input. */
  readonly values: ReadonlyMap<string, Rows>;
  readonly logits: Rows;
  /** New values of the buffers, in training. */
  readonly buffers: ReadonlyMap<string, Float64Array>;
}

export interface ForwardMode {
  /** Null: as in evaluation. */
  readonly training: Omit<ReferenceTraining, 'setBuffer'> | null;
  readonly masker?: Masker;
  readonly quantizer?: Quantizer;
  /** Values that are known already: those layers are not run again. */
  readonly known?: ReadonlyMap<string, Rows>;
}

/** The layers that a tensor does not reach: those before its own. */
export const untouchedBy = ({ layers }: CompiledNetwork, tensor: string): string[] => {
  const own = layers.findIndex(({ tensors }) =>
    Object.values(tensors).some((name) => name === tensor || stepTensor(name) === tensor),
  );
  return layers.slice(0, own).map(({ name }) => name);
};

const quantizedKinds: ReadonlySet<LayerName> = new Set(['dense', 'conv2d', 'depthwiseConv2d']);

/**
 * Runs a network in float64.
 * @param parameters in layout order
 * @param input scaled, one array an example
 */
export const forward = (
  { layers, layout }: CompiledNetwork,
  parameters: ArrayLike<number>,
  input: Rows,
  { training, masker, quantizer, known }: ForwardMode,
): Forward => {
  const floats = parameters instanceof Float64Array ? parameters : Float64Array.from(parameters);
  const tensors = new Map(
    layout.tensors.map(({ name, offset, size }) => [name, floats.subarray(offset, offset + size)]),
  );
  const values = new Map<string, Rows>(known).set('input', input);
  const buffers = new Map<string, Float64Array>();
  const run = ({ kind }: PlacedLayer): ReferenceRun => ({
    parameter: (name) => {
      const own = tensors.get(name);
      if (own === undefined) throw new Error(`no tensor ${name}`);
      const tensor = masker === undefined ? own : masker.weights(name, own);
      const isQuantized = quantizedKinds.has(kind) && name.endsWith('/kernel');
      const step = tensors.get(stepTensor(name))?.[0] ?? null;
      return isQuantized && quantizer !== undefined ? quantizer.weights(name, tensor, step) : tensor;
    },
    training: training === null ? null : { ...training, setBuffer: (name, value) => void buffers.set(name, value) },
  });
  let last: Rows = input;
  for (const placed of layers) {
    const before = known?.get(placed.name);
    if (before !== undefined) {
      last = before;
      continue;
    }
    const layer = referenceLayers[placed.kind] as ReferenceLayer<LayerName>;
    const inputs = placed.from.map((name) => values.get(name) ?? []);
    last = layer(run(placed), placed, inputs);
    const { options } = placed;
    const isActivated = 'activation' in options && options.activation !== 'linear';
    if (isActivated && quantizer !== undefined) last = quantizer.activations(placed.name, last);
    values.set(placed.name, last);
  }
  return { values, logits: last, buffers };
};
