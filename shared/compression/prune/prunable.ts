import { kernelsOf } from '../../models/kernels.js';
import type { PlacedLayer } from '../../models/network.js';
import type { PlacedTensor } from '../../params/layout.js';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';

/** A tensor that pruning may take weights from, and its layer. */
export interface Prunable {
  readonly layer: PlacedLayer;
  readonly tensor: PlacedTensor;
}

/** The kernels of dense layers and convolutions, in layout order. */
export const prunableTensors = ({ network: { layers, layout } }: Pick<CompressedModel, 'network'>): Prunable[] => {
  const kernels = kernelsOf(layers);
  return layout.tensors.flatMap((tensor) => {
    const layer = kernels.get(tensor.name);
    return layer === undefined || tensor.role !== 'weight' ? [] : [{ layer, tensor }];
  });
};

/** @throws CodedError `compression/nothing-to-do` */
export const requirePrunable = (model: Pick<CompressedModel, 'network'>): Prunable[] => {
  const found = prunableTensors(model);
  if (found.length > 0) return found;
  throw new CodedError('compression/nothing-to-do', 'The network has no dense layer and no convolution to prune.', {
    where: `network '${model.network.network.name}'`,
  });
};
