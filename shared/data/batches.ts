import type { RandomStream } from '../util/random.js';
import { CodedError } from '../util/errors.js';

export interface BatchRequest {
  /** A client's examples. */
  readonly indices: Int32Array;
  /** Passes over them, an integer from 1 on. */
  readonly epochs: number;
  /** Rows of a batch, an integer from 1 on. */
  readonly batchSize: number;
  /** Decides the order; keyed by round and client, so that it never depends on the order of events. */
  readonly stream: RandomStream;
}

/** The index matrix that an engine trains on: batch after batch, row after row. */
export interface Batches {
  /** [steps, batchSize] */
  readonly indices: Int32Array;
  /** [steps, batchSize]: 1/n in a batch of n examples, 0 in the rows that fill up a short one. */
  readonly weights: Float32Array;
  /** epochs × ceil(examples / batchSize) */
  readonly steps: number;
}

const checkCount = (name: string, value: number): void => {
  if (Number.isInteger(value) && value >= 1) return;
  throw new CodedError('argument/invalid', `${name} is ${value}.`, { hint: 'It must be an integer from 1 on.' });
};

/**
 * Cuts a client's examples into batches, shuffled anew each epoch. Each example comes exactly once an epoch; the last
 * batch of an epoch may be short, and its first row is repeated with weight 0. Without examples there are no steps.
 * @throws CodedError `argument/invalid`
 */
export const batchesOf = ({ indices, epochs, batchSize, stream }: BatchRequest): Batches => {
  checkCount('epochs', epochs);
  checkCount('batchSize', batchSize);
  const stepsPerEpoch = Math.ceil(indices.length / batchSize);
  const steps = epochs * stepsPerEpoch;
  const rows = new Int32Array(steps * batchSize);
  const weights = new Float32Array(steps * batchSize);
  const order = indices.slice();
  for (let step = 0; step < steps; step++) {
    const from = (step % stepsPerEpoch) * batchSize;
    if (from === 0) stream.shuffle(order);
    const batch = order.subarray(from, from + batchSize);
    const at = step * batchSize;
    rows.fill(batch[0], at, at + batchSize);
    rows.set(batch, at);
    weights.fill(1 / batch.length, at, at + batch.length);
  }
  return { indices: rows, weights, steps };
};
