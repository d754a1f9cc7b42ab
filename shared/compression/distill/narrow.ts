import type { CompiledNetwork, Layer, Network } from '../../models/network.js';
import { compileNetwork } from '../../models/compile.js';

/** At least `groups`, and a multiple of it. */
const fewer = (count: number, width: number, groups: number): number =>
  Math.max(1, Math.round((count * width) / groups)) * groups;

const narrowLayer = (layer: Layer, width: number): Layer => {
  switch (layer.kind) {
    case 'conv2d':
      return { ...layer, filters: fewer(layer.filters, width, layer.groups ?? 1) };
    case 'separableConv2d':
      return { ...layer, filters: fewer(layer.filters, width, 1) };
    case 'dense':
      return { ...layer, units: fewer(layer.units, width, 1) };
    default:
      return layer;
  }
};

/**
 * A network with a part of the filters and units in every layer but the last (the width multiplier of MobileNets, Howard
 * et al. 2017, section 3.3). Groups of a convolution stay as many as they are.
 * @param width more than 0, at most 1
 * @throws CodedError `model/…` where the layers no longer fit each other
 */
export const narrowed = ({ network }: CompiledNetwork, width: number): CompiledNetwork => {
  const last = network.layers.length - 1;
  const layers = network.layers.map((layer, i) => (i === last ? layer : narrowLayer(layer, width)));
  const narrow: Network = { ...network, layers };
  return compileNetwork(narrow);
};
