import { z } from 'zod';
import type { CompiledNetwork } from '../../models/network.js';
import { CodedError } from '../../util/errors.js';
import { requirePrunable } from '../prune/prunable.js';
import { comparedIn, concatenated } from '../prune/select.js';
import { scopeOption } from '../prune/training-options.js';
import { lowestScores } from './lowest.js';
import type { Pruner, PruningOutcome, PruningTask } from './pruner.js';
import { scheduleOptions, sparsityAt, type ScheduleOptions } from './schedule.js';

/** What every method that prunes single weights during a federation can be told. */
export const weightOptions = {
  sparsity: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.9)
    .describe('Part of the weights of dense layers and convolutions that goes; more than 0, less than 1.'),
  scope: scopeOption,
  ...scheduleOptions,
};

export interface WeightOptions extends ScheduleOptions {
  readonly sparsity: number;
  readonly scope: 'global' | 'layer';
}

const groupsOf = (network: CompiledNetwork, scope: WeightOptions['scope']): Uint32Array[] =>
  comparedIn(requirePrunable({ network }), { scope });

/** How many of a group are gone: ⌊sparsity · n + ½⌋. */
const goneOf = (group: Uint32Array, sparsity: number): number => Math.round(sparsity * group.length);

const check = (network: CompiledNetwork, { sparsity, scope }: WeightOptions): void => {
  const groups = groupsOf(network, scope);
  const where = `network '${network.network.name}'`;
  if (groups.every((group) => goneOf(group, sparsity) === 0)) {
    throw new CodedError('compression/nothing-to-do', `No weight goes at a sparsity of ${sparsity}.`, {
      where,
      hint: 'The layers are too small: take a larger sparsity.',
    });
  }
  if (groups.some((group) => goneOf(group, sparsity) === group.length)) {
    const what = scope === 'layer' ? 'Every weight of a layer' : 'Every weight';
    throw new CodedError('compression/impossible', `${what} goes at a sparsity of ${sparsity}.`, {
      where,
      hint: 'Take a smaller sparsity.',
    });
  }
};

const magnitudesAfter = ({ before, change }: PruningTask): Float32Array => {
  const out = new Float32Array(before.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.abs(before[i] + change[i]);
  return out;
};

/** Those of a group that go: the lowest scores of the weights that are left. */
const leave = (group: Uint32Array, task: PruningTask, scores: Float32Array, ties: Float32Array, sparsity: number) => {
  const left = group.filter((position) => task.before[position] !== 0);
  return lowestScores(left, scores, ties, goneOf(group, sparsity) - (group.length - left.length));
};

const prune = (
  task: PruningTask,
  { sparsity, scope, ...schedule }: WeightOptions,
  score: (task: PruningTask, magnitudes: Float32Array) => Float32Array,
  keeps: boolean,
): PruningOutcome => {
  const target = sparsityAt(task.round, sparsity, schedule);
  const magnitudes = magnitudesAfter(task);
  const scores = score(task, magnitudes);
  const gone = groupsOf(task.network, scope).map((group) => leave(group, task, scores, magnitudes, target));
  return { gone: concatenated(gone), scores: keeps ? scores : null };
};

/**
 * A pruner of single weights: the least important go, of equal ones the smaller. A round in which no update counted loses
 * none, the next makes up for it.
 * @param score the importance of every parameter, layout order
 * @param keeps whether the next round is given the scores
 */
export const weightPruner = (
  options: WeightOptions,
  score: (task: PruningTask, magnitudes: Float32Array) => Float32Array,
  keeps = false,
): Pruner => ({
  schedule: options,
  check: (network) => check(network, options),
  prune: (task) => prune(task, options, score, keeps),
});
