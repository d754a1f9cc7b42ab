import { dealPartition } from '../../../shared/data/load.js';
import type { Dataset, Partition } from '../../../shared/data/dataset.js';
import type { Choice } from '../../../shared/util/registry.js';

/** A dataset of one-byte images with the given labels. */
export const labelled = (labels: Uint8Array, classes: number): Dataset => {
  const examples = { count: labels.length, inputs: new Uint8Array(labels.length), labels };
  return { name: 'test', inputShape: [1, 1, 1], classes, scale: 1, train: examples, test: examples, fingerprint: '' };
};

/** As many examples of each class as of the next, mixed as in a file: 0 1 2 … 0 1 2 … */
export const balanced = (count: number, classes = 10): Dataset =>
  labelled(
    Uint8Array.from({ length: count }, (_, at) => at % classes),
    classes,
  );

export const deal = (dataset: Dataset, partition: Choice, clients: number, seed = 1): Partition =>
  dealPartition(dataset, { partition, validation: 0 }, clients, seed).partition;

export const clientsOf = (partition: Partition): number[] => Array.from({ length: partition.clients }, (_, k) => k);
export const sizesOf = (partition: Partition): number[] => clientsOf(partition).map((client) => partition.size(client));

/** Examples of each class that a client has. */
export const classCounts = ({ train, classes }: Dataset, partition: Partition, client: number): number[] => {
  const counts = Array.from({ length: classes }, () => 0);
  for (const index of partition.indices(client)) counts[train.labels[index]]++;
  return counts;
};

/**
 * Mean over clients of the total variation distance between a client's class shares and the dataset's: 0 where all are
 * alike, 1 − 1/classes where each has one class and all classes are as frequent.
 */
export const heterogeneity = (dataset: Dataset, partition: Partition): number => {
  const { train, classes } = dataset;
  const all = Array.from({ length: classes }, (_, k) => train.labels.filter((label) => label === k).length);
  const distances = clientsOf(partition)
    .filter((client) => partition.size(client) > 0)
    .map((client) => {
      const size = partition.size(client);
      const counts = classCounts(dataset, partition, client);
      return counts.reduce((sum, count, k) => sum + Math.abs(count / size - all[k] / train.count), 0) / 2;
    });
  return distances.reduce((a, b) => a + b, 0) / distances.length;
};
