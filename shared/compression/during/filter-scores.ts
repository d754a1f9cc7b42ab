import type { CompiledNetwork } from '../../models/network.js';
import { tensorFloats } from '../../params/parameters.js';
import { groupScores } from '../prune/channel-scores.js';
import type { ChannelGraph } from '../prune/channels.js';

/** What the coordinator can tell of a filter without the clients: its weights, or the scale of its normalization. */
export type FilterCriterion = 'l1' | 'l2' | 'scale';

const terms: Readonly<Record<FilterCriterion, (value: number) => number>> = {
  l1: Math.abs,
  l2: (value) => value * value,
  scale: Math.abs,
};

/** Layers and the names of their tensors that have one score a channel: the tensor's last axis counts the channels. */
const scored = ({ layers }: CompiledNetwork, criterion: FilterCriterion): [layer: string, tensor: string][] =>
  layers.flatMap((layer): [string, string][] => {
    if (criterion !== 'scale') return layer.kind === 'conv2d' ? [[layer.name, layer.tensors['kernel']]] : [];
    const isNormalized = layer.kind === 'batchNormalization' || layer.kind === 'groupNormalization';
    return isNormalized ? [[layer.name, layer.tensors['gamma']]] : [];
  });

/** Σ |w|, √Σ w² or |γ| of each channel. */
const channelScores = (values: Float32Array, channels: number, criterion: FilterCriterion): Float64Array => {
  const sums = new Float64Array(channels);
  for (let i = 0; i < values.length; i++) sums[i % channels] += terms[criterion](values[i]);
  return criterion === 'l2' ? sums.map(Math.sqrt) : sums;
};

/** The score of each group of channels, the mean over those that have one; null: none has. @param floats in layout order */
export const filterScores = (
  graph: ChannelGraph,
  floats: Float32Array,
  criterion: FilterCriterion,
): (number | null)[] => {
  const { network, places } = graph;
  const scores = scored(network, criterion).map(([layer, tensor]) => {
    const { length: channels } = places.get(layer)!;
    return [layer, channelScores(tensorFloats(network.layout, floats, tensor), channels, criterion)] as const;
  });
  return groupScores(new Map(scores), graph, { isRelative: criterion !== 'scale' });
};
