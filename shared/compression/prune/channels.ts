import type { CompiledNetwork, LayerName, PlacedLayer } from '../../models/network.js';
import { channelRules } from './channel-rules.js';
import { Ties } from './ties.js';

/** What makes channels of its own: each a filter or a unit. */
export type Producer = PlacedLayer<'conv2d' | 'dense'>;

/** Channels that go together or stay together. */
export interface ChannelGroup {
  /** Its place in {@link ChannelGraph.groups}. */
  readonly id: number;
  /** The filters and units that go with it. */
  readonly members: readonly { readonly layer: Producer; readonly channel: number }[];
}

/**
 * Which channels of a network depend on each other: a channel that goes takes its normalization, its pooled and its
 * flattened values with it, and with a sum of values that which is added to it.
 */
export interface ChannelGraph {
  readonly network: CompiledNetwork;
  /** Those that can go, each without changing what the others compute. */
  readonly groups: readonly ChannelGroup[];
  /** By layer, and `input`: the group of each place along the last axis of its value; −1: stays. */
  readonly places: ReadonlyMap<string, Int32Array>;
}

const isProducer = (layer: PlacedLayer): layer is Producer => layer.kind === 'conv2d' || layer.kind === 'dense';

/** What keeps all of its channels, whatever is pruned: its groups are all others'. */
const isWhole = (places: Int32Array): boolean => places.every((place) => place === places[0]);

const follow = ({ layers, network }: CompiledNetwork, ties: Ties): Map<string, Int32Array> => {
  const channels = new Map<string, Int32Array>();
  const input = ties.fresh(network.input[network.input.length - 1]);
  ties.fix(input);
  channels.set('input', input);
  for (const layer of layers) {
    const rule = channelRules[layer.kind] as (typeof channelRules)[LayerName] as (
      layer: PlacedLayer,
      inputs: readonly Int32Array[],
      ties: Ties,
    ) => Int32Array;
    channels.set(
      layer.name,
      rule(
        layer,
        layer.from.map((name) => channels.get(name) ?? input),
        ties,
      ),
    );
  }
  ties.fix(channels.get(layers[layers.length - 1].name) ?? input);
  return channels;
};

/** The channels of a network and what ties them. */
export const channelGraph = (network: CompiledNetwork): ChannelGraph => {
  const ties = new Ties();
  const channels = follow(network, ties);
  // A group that is all of a value would take a whole layer with it.
  for (const things of channels.values()) {
    if (isWhole(things.map((thing) => ties.classOf(thing)))) ties.fix(things);
  }
  const producers = network.layers.filter(isProducer);
  const members = new Map<number, ChannelGroup['members'][number][]>();
  for (const layer of producers) {
    for (const [channel, thing] of (channels.get(layer.name) ?? []).entries()) {
      const own = ties.classOf(thing);
      if (own === ties.classOf(ties.fixed)) continue;
      members.set(own, [...(members.get(own) ?? []), { layer, channel }]);
    }
  }
  const ids = new Map([...members.keys()].map((own, id) => [own, id]));
  return {
    network,
    groups: [...members.values()].map((own, id) => ({ id, members: own })),
    places: new Map(
      [...channels].map(([name, things]) => [name, things.map((thing) => ids.get(ties.classOf(thing)) ?? -1)]),
    ),
  };
};
