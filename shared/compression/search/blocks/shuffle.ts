import { z } from 'zod';
import { roundedChannels } from '../../../models/blocks/channels.js';
import { depthwise, pointwise } from '../../../models/blocks/convolution.js';
import { addRelu } from '../../../models/blocks/residual.js';
import { keepsShape, type Block } from './block.js';

/** Divides every number of channels, a multiple of 8, into groups of two or more. */
const groups = 4;

/** ShuffleNet's unit, with half as many channels inside; the input is added where the shape stays. */
export const shuffle: Block = {
  name: 'shuffle',
  summary: 'grouped 1×1 convolutions with a channel shuffle and a depthwise convolution between them',
  paper: 'Zhang et al. 2018, ShuffleNet, figure 2',
  options: z.strictObject({}),
  layers: (place) => {
    const { name, input, filters, kernelSize, strides, normalization } = place;
    const inner = roundedChannels(filters / 2);
    const adds = keepsShape(place);
    const last = adds ? `${name}/expand` : name;
    return [
      ...pointwise(`${name}/compress`, normalization, { filters: inner, groups }),
      { kind: 'channelShuffle', name: `${name}/shuffle`, groups },
      ...depthwise(`${name}/depthwise`, normalization, { channels: inner, kernelSize, strides, activation: 'linear' }),
      ...pointwise(last, normalization, { filters, groups, activation: adds ? 'linear' : 'relu' }),
      ...(adds ? addRelu(name, [last, input]) : []),
    ];
  },
};
