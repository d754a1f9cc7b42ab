import type { RandomStream } from '../../../util/random.js';
import type { PlugIn } from '../../../util/registry.js';
import type { CompressedModel } from '../../model.js';
import type { Priced } from '../price.js';

/** A network of the space after short training. */
export interface Trial extends Priced {
  /** Bytes of the compact model file. */
  readonly storedBytes: number;
  /** Training examples that it has seen. */
  readonly examples: number;
  /** On the held-out training examples, 0 to 1; 0 where training diverged. */
  readonly accuracy: number;
  /** Mean cross-entropy on them, nats; null where training diverged. */
  readonly loss: number | null;
  /** As trained so far; null where training diverged. */
  readonly model: CompressedModel | null;
}

/** What a strategy may do. */
export interface SearchProblem {
  /** What its choices are drawn from. */
  readonly stream: RandomStream;
  /** A network within the budget, at random, one that was not tried before if possible. */
  draw(): Priced;
  /** The same with one thing changed. */
  mutate(of: Priced): Priced;
  /**
   * Trains for a short time and measures.
   * @param effort training examples in all, in units of those of a first evaluation: 1, 2…
   * @param from where training goes on; from the beginning when left out
   */
  evaluate(candidate: Priced, effort: number, from?: Trial): Promise<Trial>;
}

/** A strategy with its options. Its trials are what it leaves behind. */
export interface Strategy {
  /** How often it evaluates. */
  readonly evaluations: number;
  search(problem: SearchProblem): Promise<void>;
}

/** How the next network to try is chosen. */
export interface SearchStrategy extends PlugIn {
  readonly paper: string;
  /** @throws what the schema of the options says */
  create(options: Readonly<Record<string, unknown>>): Strategy;
}

/** The more accurate one; of equal ones that of fewer FLOPs. */
export const better = <T extends Pick<Trial, 'accuracy' | 'flops'>>(one: T, other: T): T =>
  other.accuracy > one.accuracy || (other.accuracy === one.accuracy && other.flops < one.flops) ? other : one;
