import { wordsOf } from './architecture.js';
import { frontOf } from './front.js';
import type { Trial } from './strategies/strategy.js';

/** A network that was tried, as results keep it. */
export interface TriedNetwork {
  readonly network: string;
  readonly flops: number;
  readonly parameters: number;
  readonly storedBytes: number;
  /** Training examples that it had seen. */
  readonly examples: number;
  /** On the held-out training examples, 0 to 1. */
  readonly accuracy: number;
  /** Nats; null where training diverged. */
  readonly loss: number | null;
}

/** What a search leaves behind besides its network. */
export interface SearchDetails {
  readonly kind: 'search';
  readonly strategy: string;
  /** Networks of the space. */
  readonly space: number;
  /** The chosen network's words. */
  readonly chosen: string;
  /** All trials in order. */
  readonly trials: readonly TriedNetwork[];
  /** Those of them that no other beats in accuracy and FLOPs, by rising FLOPs. */
  readonly front: readonly TriedNetwork[];
}

const triedNetwork = (trial: Trial): TriedNetwork => {
  const { architecture, flops, parameters, storedBytes, examples, accuracy, loss } = trial;
  return { network: wordsOf(architecture), flops, parameters, storedBytes, examples, accuracy, loss };
};

export const detailsOf = (strategy: string, space: number, trials: readonly Trial[], chosen: Trial): SearchDetails => ({
  kind: 'search',
  strategy,
  space,
  chosen: wordsOf(chosen.architecture),
  trials: trials.map(triedNetwork),
  front: frontOf(trials).map(triedNetwork),
});
