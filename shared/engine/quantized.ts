import { kernelsOf } from '../models/kernels.js';
import type { PlacedLayer } from '../models/network.js';

/* What fake quantization puts on a grid. */

/** Smaller than any step of a grid; a tensor of zeros has one of this size. */
export const leastStep = 1e-35;

/** How far outside the range, in steps, still counts as its end: it is made of the values, but for the last bits. */
export const rangeSlack = 1e-3;

/** Names of the kernels that are quantized. */
export const quantizedKernels = (layers: readonly PlacedLayer[]): ReadonlySet<string> =>
  new Set(kernelsOf(layers).keys());

/** Whether a layer gives the values of an activation function. */
export const isActivated = ({ options }: PlacedLayer): boolean =>
  'activation' in options && options.activation !== 'linear';
