import { CodedError } from '../util/errors.js';
import type { Choice } from '../util/registry.js';
import type { Dataset, Partition } from './dataset.js';
import { datasets } from './datasets/index.js';
import { holdOut } from './holdout.js';
import { drawPublic } from './public-set.js';
import { partitions } from './partition/index.js';

/**
 * Loads a dataset by its scenario word.
 * @param source.folder where its files are; null: where the dataset keeps them by itself
 * @throws CodedError `argument/unknown-name`, `data/...`
 */
export const loadDataset = async (source: {
  readonly name: string;
  readonly folder: string | null;
}): Promise<Dataset> => datasets.get(source.name).load({ folder: source.folder });

/** How a scenario deals its dataset. */
export interface Dealing {
  readonly partition: Choice;
  /** Part of the training examples to hold out, 0 ≤ validation < 1. */
  readonly validation: number;
  /** How many training examples are public instead of anyone's; none where left out. */
  readonly publicExamples?: number;
}

export interface Dealt {
  readonly partition: Partition;
  /** Held-out training examples, ascending indices; empty where nothing is held out. */
  readonly validation: Int32Array;
  /** Public training examples, ascending indices; empty where there are none. */
  readonly publicExamples: Int32Array;
}

/**
 * Holds out the validation and the public examples and deals the others to the clients. Coordinator and hosts call it with the same
 * arguments and compare the partition's fingerprint.
 * @throws CodedError `argument/unknown-name`, `argument/invalid`, `data/impossible-partition`, `data/impossible-split`
 */
export const dealPartition = (
  { train, classes }: Dataset,
  { partition, validation, publicExamples: count = 0 }: Dealing,
  clients: number,
  seed: number,
): Dealt => {
  const [plugIn, options] = partitions.chosen(partition);
  const checked = plugIn.options.safeParse(options);
  if (!checked.success) {
    const [{ path, message }] = checked.error.issues;
    const where = ['dataset.partition', plugIn.name, ...path].join('.');
    throw new CodedError('argument/invalid', `${message}.`, { where, cause: checked.error });
  }
  if (!Number.isInteger(clients) || clients < 1 || clients > 2 ** 32) {
    throw new CodedError('argument/invalid', `A partition for ${clients} clients.`, {
      hint: 'The number of clients must be an integer from 1 to 4294967296.',
    });
  }
  const held = validation === 0 ? null : holdOut(train, validation, seed);
  const all = (): Int32Array => Int32Array.from({ length: train.count }, (_, index) => index);
  const drawn = count === 0 ? null : drawPublic(held?.pool ?? all(), count, seed);
  const pool = drawn?.pool ?? held?.pool ?? null;
  const labels = pool === null ? train.labels : Uint8Array.from(pool, (index) => train.labels[index]);
  return {
    partition: plugIn.deal({ labels, pool, classes, clients, seed, options: checked.data }),
    validation: held?.validation ?? new Int32Array(0),
    publicExamples: drawn?.publicExamples ?? new Int32Array(0),
  };
};
