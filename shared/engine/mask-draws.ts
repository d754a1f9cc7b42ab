import { RandomStream } from '../util/random.js';

export interface MaskDraw {
  /** The task's. */
  readonly seed: number;
  readonly tensor: string;
  readonly step: number;
}

/** Numbers that a draw can be. */
export const drawLevels = 2 ** 16;

/**
 * Fills an array with whole numbers uniform on 0 … 65535: the same in every engine. A mask is 1 where the number and a
 * half are less than 65536 times the probability, so that its expectation is within 2^−17 of it.
 */
export const maskDraws = ({ seed, tensor, step }: MaskDraw, draws: Uint16Array): void => {
  const words = new Uint32Array(Math.ceil(draws.length / 2));
  new RandomStream({ seed, purpose: `mask/${tensor}/${step}` }).fill(words);
  draws.set(new Uint16Array(words.buffer, 0, draws.length));
};
