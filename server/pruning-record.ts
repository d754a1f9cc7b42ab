import { phaseOf } from '../shared/compression/during/schedule.js';
import { prunableTensors } from '../shared/compression/prune/prunable.js';
import { livingOf } from '../shared/method/pruning/living.js';
import type { Parameters } from '../shared/params/parameters.js';
import type { PruningRecord } from '../shared/runlog/records.js';
import type { Prepared } from '../shared/scenario/prepare.js';

const isEmpty = ({ floats }: Parameters, { offset, size }: { offset: number; size: number }): boolean =>
  floats.subarray(offset, offset + size).every((weight) => weight === 0);

/** How far pruning is after a round; null where nothing is pruned. */
export const pruningRecord = (
  { pruner, network }: Pick<Prepared, 'pruner' | 'network'>,
  model: Parameters,
  round: number,
): PruningRecord | null => {
  if (pruner === null) return null;
  let [kernels, gone] = [0, 0];
  for (const { tensor } of prunableTensors({ network })) {
    kernels += tensor.size;
    for (let i = tensor.offset; i < tensor.offset + tensor.size; i++) if (model.floats[i] === 0) gone++;
  }
  const { floats: livingWeights } = livingOf(model).layout;
  return { phase: phaseOf(round, pruner.schedule), livingWeights, sparsity: gone / kernels };
};

/** Names of the layers that lost their last weight from one model to the next. */
export const emptiedLayers = (
  { pruner, network }: Pick<Prepared, 'pruner' | 'network'>,
  before: Parameters,
  after: Parameters,
): string[] =>
  pruner === null
    ? []
    : prunableTensors({ network })
        .filter(({ tensor }) => isEmpty(after, tensor) && !isEmpty(before, tensor))
        .map(({ layer }) => layer.name);
