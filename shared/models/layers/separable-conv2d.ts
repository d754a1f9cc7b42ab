import { z } from 'zod';
import { defineMacro } from './layer-kind.js';
import { activation, count, padding, pair, useBias } from './options.js';

/** A depthwise convolution without bias, then a 1×1 convolution. */
export const separableConv2d = defineMacro({
  name: 'separableConv2d',
  summary: 'depthwise convolution, then a 1×1 convolution across channels',
  options: z.strictObject({
    filters: count('Number of output channels'),
    kernelSize: pair('Size of the window'),
    strides: pair('Step of the window').prefault(1),
    padding,
    dilationRate: pair('Distance between the window’s taps').prefault(1),
    depthMultiplier: count('Channels between the two for each input channel').default(1),
    activation,
    useBias,
  }),
  expand: ({ filters, kernelSize, strides, padding, dilationRate, depthMultiplier, activation, useBias }) => [
    {
      kind: 'depthwiseConv2d',
      suffix: '/depthwise',
      options: { kernelSize, strides, padding, dilationRate, depthMultiplier, useBias: false },
    },
    { kind: 'conv2d', options: { filters, kernelSize: 1, activation, useBias } },
  ],
});
