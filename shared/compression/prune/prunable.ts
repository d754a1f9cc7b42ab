import { kernelTensors, type KernelTensor } from '../../models/kernels.js';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import type { Foreseen } from '../foreseen.js';
import { foreseeFloat } from './float-only.js';

/** A tensor that pruning may take weights from, and its layer. */
export type Prunable = KernelTensor;

/** The kernels of dense layers and convolutions that are trained, in layout order. */
export const prunableTensors = ({ network }: Pick<CompressedModel, 'network'>): Prunable[] =>
  kernelTensors(network).filter(({ tensor }) => tensor.role === 'weight');

/** What pruning of single weights leaves: they become 0 where they are. @throws CodedError `compression/…` */
export const foreseePruned = (before: Foreseen): Foreseen => {
  foreseeFloat(before);
  if (before.network !== null) requirePrunable({ network: before.network });
  return before;
};

/** @throws CodedError `compression/nothing-to-do` */
export const requirePrunable = (model: Pick<CompressedModel, 'network'>): Prunable[] => {
  const found = prunableTensors(model);
  if (found.length > 0) return found;
  throw new CodedError('compression/nothing-to-do', 'The network has no dense layer and no convolution to prune.', {
    where: `network '${model.network.network.name}'`,
    hint: 'Their kernels are what is pruned.',
  });
};
