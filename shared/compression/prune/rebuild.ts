import { compileNetwork } from '../../models/compile.js';
import type { CompiledNetwork, Layer, PlacedLayer } from '../../models/network.js';
import type { PlacedTensor } from '../../params/layout.js';
import { floatsAt } from '../../params/parameters.js';
import type { CompressedModel } from '../model.js';
import { tensorPlaces, type TensorPlaces } from './channel-axes.js';
import type { ChannelGraph } from './channels.js';

/** Groups that go, by their ids. */
export type Gone = ReadonlySet<number>;

/** Calls `use` for each number of a tensor with its place, and whether it is of a channel that goes. */
const eachNumber = (
  { shape, offset, size }: PlacedTensor,
  places: TensorPlaces,
  gone: Gone,
  use: (at: number, goes: boolean) => void,
): void => {
  const goes = places.map((axis, i) =>
    Array.from({ length: shape[i] }, (_, at) => axis !== null && gone.has(axis[at])),
  );
  const visit = (axis: number, first: number, length: number, isGone: boolean): void => {
    if (axis === shape.length) {
      use(first, isGone);
      return;
    }
    const each = length / shape[axis];
    for (let at = 0; at < shape[axis]; at++) visit(axis + 1, first + at * each, each, isGone || goes[axis][at]);
  };
  visit(0, offset, size, false);
};

const placesByTensor = (graph: ChannelGraph): ReadonlyMap<string, TensorPlaces> =>
  new Map(graph.network.layers.flatMap((layer) => [...tensorPlaces(layer, graph)]));

/**
 * The model with the channels of some groups at 0: their filters, biases and normalizations, and the weights by which other
 * layers take them. What the network computes no longer depends on them, whatever an activation makes of 0.
 */
export const withoutChannels = (model: CompressedModel, graph: ChannelGraph, gone: Gone): CompressedModel => {
  const { layout } = model.network;
  const places = placesByTensor(graph);
  const mask = model.mask?.slice() ?? new Float32Array(layout.floats).fill(1);
  const floats = model.parameters.floats.slice();
  for (const tensor of layout.tensors) {
    const own = places.get(tensor.name);
    if (own === undefined || tensor.role !== 'weight') continue;
    eachNumber(tensor, own, gone, (at, goes) => {
      if (goes) [mask[at], floats[at]] = [0, 0];
    });
  }
  return { ...model, mask, parameters: { ...model.parameters, floats } };
};

const kept = (places: Int32Array | undefined, gone: Gone): number =>
  (places ?? new Int32Array()).reduce((count, group) => count + (gone.has(group) ? 0 : 1), 0);

/** Options in which a kind of layer says how many channels it has. */
const resized = (layer: PlacedLayer, { places }: ChannelGraph, gone: Gone): object => {
  const before = layer.outputShape[layer.outputShape.length - 1];
  const after = kept(places.get(layer.name), gone);
  switch (layer.kind) {
    case 'conv2d':
      return { filters: after };
    case 'dense':
      return { units: after };
    case 'groupNormalization':
      return { groups: (layer.options.groups * after) / before };
    case 'reshape':
      return { targetShape: [...layer.options.targetShape.slice(0, -1), after] };
    default:
      return {};
  }
};

/** The network without the channels of some groups. Layers keep their names. @throws CodedError `model/…` where what is left fits no more */
export const smallerNetwork = (graph: ChannelGraph, gone: Gone): CompiledNetwork => {
  const { network, layers, initializers } = graph.network;
  const written = layers.map((layer) => {
    const { kind, name, from, options } = layer;
    return { ...options, ...resized(layer, graph, gone), kind, name, from } as unknown as Layer;
  });
  return {
    ...compileNetwork({ ...network, layers: written }),
    ...(initializers === undefined ? {} : { initializers }),
  };
};

/** Where the floats of the smaller network are among those of the larger one, ascending: in layout order. */
export const keptPositions = (graph: ChannelGraph, gone: Gone): Uint32Array => {
  const { layout } = graph.network;
  const places = placesByTensor(graph);
  const positions = new Uint32Array(layout.floats);
  let count = 0;
  for (const tensor of layout.tensors) {
    if (tensor.role === 'counter') continue;
    eachNumber(tensor, places.get(tensor.name) ?? tensor.shape.map(() => null), gone, (at, goes) => {
      if (!goes) positions[count++] = at;
    });
  }
  return positions.slice(0, count);
};

/**
 * The model as a smaller network without the channels of some groups: it computes exactly what {@link withoutChannels} of
 * the same does. Layers keep their names.
 */
export const rebuilt = (model: CompressedModel, graph: ChannelGraph, gone: Gone): CompressedModel => {
  const network = smallerNetwork(graph, gone);
  const positions = keptPositions(graph, gone);
  const { floats, counters } = model.parameters;
  return {
    ...model,
    network,
    mask: model.mask === null ? null : floatsAt(model.mask, positions),
    parameters: { layout: network.layout, floats: floatsAt(floats, positions), counters: counters.slice() },
  };
};
