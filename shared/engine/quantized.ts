import type { PlacedLayer } from '../models/network.js';

/* What fake quantization puts on a grid. */

const quantizedKinds: ReadonlySet<string> = new Set(['dense', 'conv2d', 'depthwiseConv2d']);

/** Names of the kernels that are quantized. */
export const quantizedKernels = (layers: readonly PlacedLayer[]): ReadonlySet<string> =>
  new Set(layers.filter(({ kind }) => quantizedKinds.has(kind)).map(({ tensors }) => tensors['kernel']));

/** Whether a layer gives the values of an activation function. */
export const isActivated = ({ options }: PlacedLayer): boolean =>
  'activation' in options && options.activation !== 'linear';
