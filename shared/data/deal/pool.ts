import { CodedError } from '../../util/errors.js';
import type { DealRequest } from '../plug-ins.js';

/** @returns the pool's examples as indices into the training examples; a list of its own. */
export const poolOf = ({ labels, pool }: DealRequest): Int32Array =>
  pool?.slice() ?? Int32Array.from({ length: labels.length }, (_, index) => index);

/** @returns for each class the pool's examples of that class, as indices into the training examples, in order. */
export const poolByClass = ({ labels, pool, classes }: DealRequest): Int32Array[] => {
  const counts = new Int32Array(classes);
  for (const label of labels) counts[label]++;
  const groups = Array.from(counts, (count) => new Int32Array(count));
  const filled = new Int32Array(classes);
  for (let at = 0; at < labels.length; at++) {
    const label = labels[at];
    groups[label][filled[label]++] = pool === null ? at : pool[at];
  }
  return groups;
};

/**
 * @param kind the partition's scenario word
 * @throws CodedError `data/impossible-partition` where clients outnumber the examples
 */
export const checkEnough = (kind: string, { labels, clients }: DealRequest): void => {
  if (clients <= labels.length) return;
  throw new CodedError(
    'data/impossible-partition',
    `${kind} gives each training example to one client, and ${clients} clients are more than ${labels.length} examples.`,
    {
      where: 'dataset.partition',
      hint:
        `Use at most ${labels.length} clients, or draw: { samples: ${Math.min(600, labels.length)} }, ` +
        'which gives each client a sample of its own from all examples.',
    },
  );
};
