import { createHash } from 'node:crypto';
import { bytesOf } from '../params/parameters.js';
import type { Dataset } from './dataset.js';

/**
 * SHA-256 over a line of JSON with shape, classes, scale and counts, then the training values and labels and the test
 * values and labels as they lie in memory. The name is left out: the same data read from another place is the same.
 */
export const datasetFingerprint = (dataset: Omit<Dataset, 'name' | 'fingerprint'>): string => {
  const { inputShape, classes, scale, train, test } = dataset;
  const kind = train.inputs instanceof Uint8Array ? 'uint8' : 'float32';
  const about = { inputShape, classes, scale, kind, train: train.count, test: test.count };
  const hash = createHash('sha256').update(`${JSON.stringify(about)}\n`);
  for (const { inputs, labels } of [train, test]) hash.update(bytesOf(inputs)).update(labels);
  return hash.digest('hex');
};

/**
 * SHA-256 that stands for a partition.
 * @param about what the arrays do not say: the kind, numbers
 */
export const partitionFingerprint = (
  about: Readonly<Record<string, string | number>>,
  arrays: readonly Int32Array[],
): string => {
  const hash = createHash('sha256').update(`${JSON.stringify(about)}\n`);
  for (const array of arrays) hash.update(bytesOf(array));
  return hash.digest('hex');
};
