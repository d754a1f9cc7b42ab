import type { PlacedLayer } from '../../models/network.js';
import type { CompressedModel } from '../model.js';

/** A layer whose output is one sum over all channels of its input: it can be rebuilt from fewer of them. */
export type Consumer = PlacedLayer<'conv2d' | 'dense'>;

/** In order of computation. */
export const consumersOf = ({ network: { layers } }: Pick<CompressedModel, 'network'>): Consumer[] =>
  layers.flatMap((layer) =>
    layer.kind === 'dense' || (layer.kind === 'conv2d' && layer.options.groups === 1) ? [layer] : [],
  );

/** Where a tensor lies in the floats. */
export const tensorOf = ({ network: { layout } }: Pick<CompressedModel, 'network'>, name: string) =>
  layout.tensors.find((tensor) => tensor.name === name) ?? { offset: 0, size: 0 };

/** [inputs, outputs], all extents but the last as one. */
export const kernelOf = (model: CompressedModel, layer: Consumer): Float32Array => {
  const { offset, size } = tensorOf(model, layer.tensors['kernel']);
  return model.parameters.floats.subarray(offset, offset + size);
};

export const outputsOf = ({ outputShape }: Consumer): number => outputShape[outputShape.length - 1];
