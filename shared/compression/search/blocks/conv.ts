import { z } from 'zod';
import { convolution } from '../../../models/blocks/convolution.js';
import type { Block } from './block.js';

/** A full convolution. */
export const conv: Block = {
  name: 'conv',
  summary: 'a full convolution',
  paper: 'LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition',
  options: z.strictObject({}),
  layers: ({ name, filters, kernelSize, strides, normalization }) =>
    convolution(name, normalization, { filters, kernelSize, strides }),
};
