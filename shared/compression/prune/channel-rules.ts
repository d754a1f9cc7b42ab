import type { LayerName, PlacedLayer } from '../../models/network.js';
import { sizeOf } from '../../params/layout.js';
import type { Ties } from './ties.js';

/**
 * What a kind of layer does to channels: which of its output's channels are those of its inputs, which are its own, and
 * which can only go together because the layer would otherwise compute something else with those that stay.
 * @param inputs the channels of each value that it takes: along the last axis
 * @returns the channels of its output
 */
type ChannelRule<K extends LayerName> = (
  layer: PlacedLayer<K>,
  inputs: readonly Int32Array[],
  ties: Ties,
) => Int32Array;

const same: ChannelRule<LayerName> = (_layer, [input]) => input;

/** Softmax divides by the sum over all channels. */
const activated = (activation: string, channels: Int32Array, ties: Ties): Int32Array => {
  if (activation === 'softmax') ties.fix(channels);
  return channels;
};

const concatenated = (parts: readonly Int32Array[]): Int32Array => Int32Array.from(parts.flatMap((part) => [...part]));

/** The values in the order they are stored, seen with another last axis: free where each of its places has one channel. */
const reshaped: ChannelRule<'flatten' | 'reshape'> = ({ outputShape }, [input], ties) => {
  const channels = outputShape[outputShape.length - 1];
  const out = Int32Array.from({ length: channels }, (_, place) => input[place % input.length]);
  for (let at = channels; at < sizeOf(outputShape); at++) {
    if (input[at % input.length] === out[at % channels]) continue;
    ties.fix(input);
    break;
  }
  return out;
};

/** Channels c of [groups, n] go to places of [n, groups]; which is the same for fewer only where each group loses the same. */
const shuffled: ChannelRule<'channelShuffle'> = ({ options: { groups } }, [input], ties) => {
  ties.joinAcross(input, groups);
  const each = input.length / groups;
  return input.map((_, place) => input[(place % groups) * each + Math.floor(place / groups)]);
};

/** Each displacement has the same number of neighbouring channels: they lose one together. Those left over stay in place. */
const shifted: ChannelRule<'shift'> = ({ options: { kernelSize } }, [input], ties) => {
  const taps = kernelSize ** 2;
  ties.joinAcross(input.subarray(0, input.length - (input.length % taps)), taps);
  return input;
};

/** The rule of every kind; the type checker asks for a new one. */
export const channelRules: { readonly [K in LayerName]: ChannelRule<K> } = {
  dense: ({ options: { units, activation } }, _inputs, ties) => activated(activation, ties.fresh(units), ties),
  conv2d: ({ options: { filters, groups, activation } }, [input], ties) => {
    const out = ties.fresh(filters);
    ties.joinAcross(input, groups);
    ties.joinAcross(out, groups);
    return activated(activation, out, ties);
  },
  depthwiseConv2d: ({ options: { depthMultiplier, activation } }, [input], ties) => {
    const out = Int32Array.from(
      { length: input.length * depthMultiplier },
      (_, at) => input[Math.floor(at / depthMultiplier)],
    );
    return activated(activation, out, ties);
  },
  maxPooling2d: same,
  averagePooling2d: same,
  globalAveragePooling2d: same,
  batchNormalization: same,
  // Mean and variance are over all channels of a group: it stays or goes as a whole.
  groupNormalization: ({ options: { groups } }, [input], ties) => {
    ties.joinRuns(input, input.length / groups);
    return input;
  },
  layerNormalization: (_layer, [input], ties) => {
    ties.fix(input);
    return input;
  },
  activation: ({ options: { activation } }, [input], ties) => activated(activation, input, ties),
  dropout: same,
  flatten: reshaped,
  reshape: reshaped,
  add: (_layer, [first, ...others], ties) => {
    for (const other of others) for (const [at, channel] of other.entries()) ties.join(channel, first[at]);
    return first;
  },
  concatenate: (_layer, inputs) => concatenated(inputs),
  channelShuffle: shuffled,
  shift: shifted,
  embedding: ({ options: { outputDim } }, _inputs, ties) => {
    const out = ties.fresh(outputDim);
    ties.fix(out);
    return out;
  },
  causalSelfAttention: (_layer, [input], ties) => {
    ties.fix(input);
    return input;
  },
  lastPosition: same,
};
