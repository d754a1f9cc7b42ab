import type { LayerName, PlacedLayer } from '../../models/network.js';
import type { ChannelGraph } from './channels.js';

/** What an axis of a tensor counts: channels of the layer's input, or of its output; null: neither. */
type Axis = 'input' | 'output' | null;

const vector: readonly Axis[] = ['output'];
const normalization = { gamma: vector, beta: vector, moving_mean: vector, moving_variance: vector };

const axes: Partial<Record<LayerName, Readonly<Record<string, readonly Axis[]>>>> = {
  dense: { kernel: ['input', 'output'], bias: vector },
  conv2d: { kernel: [null, null, 'input', 'output'], bias: vector },
  depthwiseConv2d: { kernel: [null, null, 'input', null], bias: vector },
  batchNormalization: normalization,
  groupNormalization: normalization,
  layerNormalization: normalization,
};

/** A tensor of a layer: for each axis the group of each place, −1 where it stays, or null where it has no channels. */
export type TensorPlaces = readonly (Int32Array | null)[];

/** The places of each of a layer's tensors, by the tensor's name in the layout; none where no axis has channels. */
export const tensorPlaces = (layer: PlacedLayer, { places }: ChannelGraph): ReadonlyMap<string, TensorPlaces> => {
  const groupsOfLayer = layer.kind === 'conv2d' ? layer.options.groups : 1;
  const of = (axis: Axis): Int32Array | null => {
    if (axis === null) return null;
    const found = places.get(axis === 'input' ? layer.from[0] : layer.name) ?? new Int32Array();
    // A grouped kernel has the places of one group; those of the others are tied to them.
    return axis === 'input' ? found.subarray(0, found.length / groupsOfLayer) : found;
  };
  return new Map(
    Object.entries(axes[layer.kind] ?? {}).flatMap(([own, labels]) => {
      const name = layer.tensors[own];
      return name === undefined ? [] : [[name, labels.map(of)] as const];
    }),
  );
};
