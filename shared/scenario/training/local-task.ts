import { batchesOf } from '../../data/batches.js';
import type { TrainingTask } from '../../engine/engine.js';
import { RandomStream } from '../../util/random.js';
import type { Prepared } from '../prepare.js';
import { learningRateOf } from './rules.js';

/** A client's examples of one round: which they are, and the order of all passes. */
export type LocalTask = Omit<TrainingTask, 'parameters'>;

/** Some of the steps. @param draw makes what is drawn in them differ from that of other cuts */
export const cutTask = (
  { indices, weights, steps, seed = 0, ...rest }: LocalTask,
  from: number,
  to: number,
  draw: number,
): LocalTask => {
  const rows = steps === 0 ? 0 : indices.length / steps;
  const cut = <T extends Int32Array | Float32Array>(all: T): T => all.slice(from * rows, to * rows) as T;
  return { ...rest, indices: cut(indices), weights: cut(weights), steps: to - from, seed: seed + draw };
};

/**
 * One client's local training of a round, all but the parameters that it begins with: the client's own examples in an
 * order keyed by (seed, round, client).
 */
export const localTaskOf = (
  { scenario, partition }: Pick<Prepared, 'scenario' | 'partition'>,
  round: number,
  client: number,
): LocalTask => {
  const { epochs, batchSize } = scenario.local;
  const stream = new RandomStream({ seed: scenario.seed, purpose: 'shuffle', round, client });
  const batches = batchesOf({ indices: partition.indices(client), epochs, batchSize, stream });
  const dropout = new RandomStream({ seed: scenario.seed, purpose: 'dropout', round, client });
  const seed = dropout.below(2 ** 32 - 1);
  return { ...batches, learningRate: learningRateOf(scenario, round), seed };
};
