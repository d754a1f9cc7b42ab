import { channelGraph, type ChannelGraph, type ChannelGroup } from '../../compression/prune/channels.js';
import { keptPositions, smallerNetwork, type Gone } from '../../compression/prune/rebuild.js';
import type { CompiledNetwork } from '../../models/network.js';
import { CodedError } from '../../util/errors.js';

/*
 * Networks nested in one: of each hidden layer the first channels, as many as the width says. Everything that hangs on a channel
 * (its normalization, the weights by which the next layer takes it) goes with it, and channels that can only go together, such
 * as those that are added to each other, do.
 */

/** A network nested in the scenario's. */
export interface SubModel {
  /** Part of each hidden layer's channels that it has: more than 0, at most 1. */
  readonly width: number;
  readonly network: CompiledNetwork;
  /** Where its floats are among those of the scenario's network, ascending. */
  readonly positions: Uint32Array;
}

/** What clients have in the place of the scenario's network. */
export interface SubModels {
  readonly all: readonly SubModel[];
  /** The place in `all` of what a client has; it keeps it for the run. */
  placeOf(client: number): number;
  /** Forward FLOPs of one example in a client's training, the mean where they differ from step to step. */
  flopsOf(client: number): number;
}

/** Far below the part that one channel of any layer is: 0.3 · 10 is three channels, whatever its last bit. */
const rounding = 1e-9;

/** Groups of channels that a width leaves out: all but the first ⌈width · n⌉ of the n that begin in one layer. */
const goneAt = ({ groups }: ChannelGraph, width: number): Gone => {
  const byLayer = new Map<string, ChannelGroup[]>();
  for (const group of groups) {
    const { name } = group.members[0].layer;
    byLayer.set(name, [...(byLayer.get(name) ?? []), group]);
  }
  const gone = [...byLayer.values()].flatMap((own) => own.slice(Math.ceil(width * own.length - rounding)));
  return new Set(gone.map(({ id }) => id));
};

const refuse = ({ network: { name } }: CompiledNetwork, message: string, hint: string): never => {
  throw new CodedError('method/no-sub-model', message, { where: `network '${name}'`, hint });
};

const requirePlain = (network: CompiledNetwork): void => {
  const other = network.layout.tensors.find(({ role }) => role !== 'weight');
  if (other === undefined) return;
  const hint = 'Take a network without batch normalization: groupNormalization keeps no statistics.';
  refuse(network, `The tensor '${other.name}' is not trained, and narrower clients would disagree on it.`, hint);
};

/**
 * @param widths more than 0, at most 1
 * @returns one for each width, in their order
 * @throws CodedError `method/no-sub-model` where the network can't be narrower, or keeps statistics
 */
export const nestedNetworks = (network: CompiledNetwork, widths: readonly number[]): SubModel[] => {
  requirePlain(network);
  const graph = channelGraph(network);
  if (graph.groups.length === 0) {
    const hint = 'Sub-models need hidden layers with channels of their own, not all normalized or shuffled together.';
    refuse(network, 'No channel of any layer can be left out.', hint);
  }
  return widths.map((width) => {
    const gone = goneAt(graph, width);
    // The very network, so that what is worked out once for it serves here too.
    const own = gone.size === 0 ? network : smallerNetwork(graph, gone);
    return { width, network: own, positions: keptPositions(graph, gone) };
  });
};

/** Where the floats of a narrower network are among those of a wider one, both given by their places in the widest. */
export const placesWithin = ({ positions: inner }: SubModel, { positions: outer }: SubModel): Uint32Array => {
  const places = new Uint32Array(inner.length);
  for (let i = 0, at = 0; i < inner.length; i++) {
    while (outer[at] !== inner[i]) at++;
    places[i] = at;
  }
  return places;
};

/** The sub-models that fit into one of them, itself among them, narrowest first; each width once. */
export const nestedIn = ({ all }: Pick<SubModels, 'all'>, own: Pick<SubModel, 'width'>): SubModel[] => {
  const byWidth = new Map(all.filter(({ width }) => width <= own.width).map((model) => [model.width, model]));
  return [...byWidth.values()].sort((a, b) => a.width - b.width);
};
