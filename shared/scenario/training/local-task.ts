import { batchesOf } from '../../data/batches.js';
import type { TrainingTask } from '../../engine/engine.js';
import { RandomStream } from '../../util/random.js';
import type { Prepared } from '../prepare.js';
import { learningRateOf } from './rules.js';

/**
 * One client's local training of a round, all but the parameters that it begins with: the client's own examples in an
 * order keyed by (seed, round, client).
 */
export const localTaskOf = (
  { scenario, partition }: Pick<Prepared, 'scenario' | 'partition'>,
  round: number,
  client: number,
): Omit<TrainingTask, 'parameters'> => {
  const { epochs, batchSize } = scenario.local;
  const stream = new RandomStream({ seed: scenario.seed, purpose: 'shuffle', round, client });
  const batches = batchesOf({ indices: partition.indices(client), epochs, batchSize, stream });
  const dropout = new RandomStream({ seed: scenario.seed, purpose: 'dropout', round, client });
  const seed = dropout.below(2 ** 32 - 1);
  return { ...batches, learningRate: learningRateOf(scenario, round), seed };
};
