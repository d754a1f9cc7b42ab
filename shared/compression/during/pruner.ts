import type { CompiledNetwork } from '../../models/network.js';
import type { ScheduleOptions } from './schedule.js';

/** What the coordinator knows at a round's end. All vectors are in layout order. */
export interface PruningTask {
  readonly network: CompiledNetwork;
  /** The model that the clients trained from; 0 where a weight is gone. Not changed. */
  readonly before: Float32Array;
  /** What the round changes of it: the aggregated update; 0 where a weight is gone. Not changed. */
  readonly change: Float32Array;
  /** From 1. */
  readonly round: number;
  /** The scores that the round before left; undefined in the first, or where none are kept. Not changed. */
  readonly scores: Float32Array | undefined;
}

export interface PruningOutcome {
  /** What goes at the round's end, positions in layout order, ascending. */
  readonly gone: Uint32Array;
  /** What is kept for the next round, in layout order; null: nothing. */
  readonly scores: Float32Array | null;
}

/** Decides at the coordinator, from what it knows anyway, which weights go. Pure. */
export interface Pruner {
  readonly schedule: ScheduleOptions;
  /** @throws CodedError `compression/nothing-to-do`, `compression/impossible` where its options do not fit a network */
  check(network: CompiledNetwork): void;
  prune(task: PruningTask): PruningOutcome;
}
