import type { PlacedLayer } from '../../models/network.js';
import { tensorFloats } from '../../params/parameters.js';
import type { CompressedModel } from '../model.js';

/** A layer whose output is one sum over all channels of its input: it can be rebuilt from fewer of them. */
export type Consumer = PlacedLayer<'conv2d' | 'dense'>;

/** In order of computation. */
export const consumersOf = ({ network: { layers } }: Pick<CompressedModel, 'network'>): Consumer[] =>
  layers.flatMap((layer) =>
    layer.kind === 'dense' || (layer.kind === 'conv2d' && layer.options.groups === 1) ? [layer] : [],
  );

/** [inputs, outputs], all extents but the last as one. */
export const kernelOf = ({ network, parameters }: CompressedModel, layer: Consumer): Float32Array =>
  tensorFloats(network.layout, parameters.floats, layer.tensors['kernel']);

export const outputsOf = ({ outputShape }: Consumer): number => outputShape[outputShape.length - 1];
