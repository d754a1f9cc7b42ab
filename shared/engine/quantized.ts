import { kernelsOf } from '../models/kernels.js';
import type { PlacedLayer } from '../models/network.js';

/* What fake quantization puts on a grid. */

/** Smaller than any step of a grid; a tensor of zeros has one of this size. */
export const leastStep = 1e-35;

/** How far outside the range, in steps, still counts as its end: it is made of the values, but for the last bits. */
export const rangeSlack = 1e-3;

/** What the step of a kernel's grid is made of: part of the largest magnitude, and of the mean one of weights that are not 0. */
export const kernelStepFactors = (
  bits: number,
): { readonly most: number; readonly largest: number; readonly mean: number } => {
  const most = 2 ** (bits - 1) - 1;
  return { most, largest: 1 / most, mean: 2 / Math.sqrt(most) };
};

/** Names of the kernels that are quantized. */
export const quantizedKernels = (layers: readonly PlacedLayer[]): ReadonlySet<string> =>
  new Set(kernelsOf(layers).keys());

/** Whether a layer gives the values of an activation function. */
export const isActivated = ({ options }: PlacedLayer): boolean =>
  'activation' in options && options.activation !== 'linear';
