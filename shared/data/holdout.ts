import { CodedError } from '../util/errors.js';
import { RandomStream } from '../util/random.js';
import type { Examples } from './dataset.js';

/** The training examples in two parts: indices, ascending. */
export interface HoldOut {
  /** What the clients train on. */
  readonly pool: Int32Array;
  /** What is held out for stopping and choosing. */
  readonly validation: Int32Array;
}

/**
 * Holds out a random part of the training examples, every set of that size equally likely.
 * @param fraction part to hold out, 0 ≤ fraction < 1, rounded to whole examples
 * @throws CodedError `data/impossible-split` where no example would be left to train on, or none held out of a fraction
 */
export const holdOut = (train: Examples, fraction: number, seed: number): HoldOut => {
  const held = Math.round(train.count * fraction);
  if (!(fraction >= 0 && fraction < 1) || held >= train.count || (fraction > 0 && held === 0)) {
    throw new CodedError(
      'data/impossible-split',
      `Holding out ${fraction} of ${train.count} training examples leaves one of the two parts empty.`,
      { where: 'dataset.validation', hint: 'It must be from 0 to below 1; 0 holds nothing out.' },
    );
  }
  const order = new RandomStream({ seed, purpose: 'holdout' }).shuffle(
    Int32Array.from({ length: train.count }, (_, index) => index),
  );
  return { pool: order.slice(held).sort(), validation: order.slice(0, held).sort() };
};
