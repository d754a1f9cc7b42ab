import { compileNetwork } from '../../models/compile.js';
import type { CompiledNetwork, Layer } from '../../models/network.js';

/** At least `groups`, and a multiple of it. */
const fewer = (count: number, width: number, groups: number): number =>
  Math.max(1, Math.round((count * width) / groups)) * groups;

const narrowLayer = (layer: Layer, width: number, groups: number): Layer => {
  switch (layer.kind) {
    case 'conv2d':
    case 'separableConv2d':
      return { ...layer, filters: fewer(layer.filters, width, groups) };
    case 'dense':
      return { ...layer, units: fewer(layer.units, width, 1) };
    default:
      return layer;
  }
};

const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));

/** A number of channels that is a multiple of it suits all groups of channels in the network. */
const groupsOf = ({ layers }: CompiledNetwork): number =>
  layers
    .map(({ options }) => ('groups' in options ? options.groups : 1))
    .reduce((common, groups) => (common * groups) / divisor(common, groups), 1);

/**
 * A network with a part of the filters and units in every layer but the last (the width multiplier of MobileNets, Howard
 * et al. 2017, section 3.3). Where channels stand in groups there stay as many groups.
 * @param width more than 0, at most 1
 * @throws CodedError `model/…` where the layers no longer fit each other
 */
export const narrowed = (compiled: CompiledNetwork, width: number): CompiledNetwork => {
  const { network } = compiled;
  const groups = groupsOf(compiled);
  const last = network.layers.length - 1;
  const layers = network.layers.map((layer, i) => (i === last ? layer : narrowLayer(layer, width, groups)));
  return compileNetwork({ ...network, layers });
};
