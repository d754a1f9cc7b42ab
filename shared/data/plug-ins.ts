import type { PlugIn } from '../util/registry.js';
import type { Dataset, Partition } from './dataset.js';

/** A dataset: one file in `datasets/`, registered in its `index.ts`. */
export interface DatasetPlugIn extends PlugIn {
  /**
   * Reads the whole dataset into memory.
   * @throws CodedError `data/...` with the file and what is wrong with it
   */
  load(request: DatasetRequest): Promise<Dataset>;
}

export interface DatasetRequest {
  /** Where the files are; null: where the dataset keeps them by itself, if it does. */
  readonly folder: string | null;
}

/** A way to deal training examples to clients: one file in `partition/`, registered in its `index.ts`. */
export interface PartitionPlugIn extends PlugIn {
  /**
   * Deals the pool. A function of the request alone: the same request gives the same partition on every machine.
   * @throws CodedError `data/impossible-partition`
   */
  deal(request: DealRequest): Partition;
}

export interface DealRequest {
  /** Class of each example of the pool, 0 … classes − 1. */
  readonly labels: Uint8Array;
  /** The pool's examples as indices into the training examples, as many as labels; null: all, in order. */
  readonly pool: Int32Array | null;
  readonly classes: number;
  /** Number of clients, an integer from 1 on. */
  readonly clients: number;
  /** The run's seed. */
  readonly seed: number;
  /** The plug-in's options as a scenario writes them. */
  readonly options: Readonly<Record<string, unknown>>;
}
