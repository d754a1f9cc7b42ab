import { z } from 'zod';
import { depthwise, pointwise } from '../../../models/blocks/convolution.js';
import type { Block } from './block.js';

/** MobileNet's block. */
export const separable: Block = {
  name: 'separable',
  summary: 'a depthwise convolution, then a 1×1 convolution',
  paper: 'Howard et al. 2017, MobileNets, section 3.1',
  options: z.strictObject({}),
  layers: ({ name, channels, filters, kernelSize, strides, normalization }) => [
    ...depthwise(`${name}/depthwise`, normalization, { channels, kernelSize, strides }),
    ...pointwise(name, normalization, { filters }),
  ],
};
