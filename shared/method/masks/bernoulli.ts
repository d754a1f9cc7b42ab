import type { RandomStream } from '../../util/random.js';

/* Probabilities of masks and their scores: probability = σ(score). */

export const probabilityOf = (score: number): number => 1 / (1 + Math.exp(-score));

/** The score of a probability. @param margin the least distance from 0 and 1 that counts, in (0, ½): scores stay finite */
export const scoreOf = (probability: number, margin: number): number => {
  const inside = Math.min(Math.max(probability, margin), 1 - margin);
  return Math.log(inside / (1 - inside));
};

/** A mask: each entry is 1 with its probability, else 0. */
export const sampleMask = (probabilities: ArrayLike<number>, stream: RandomStream): Float32Array => {
  const words = stream.fill(new Uint32Array(probabilities.length));
  return Float32Array.from(words, (word, i) => (word * 2 ** -32 < probabilities[i] ? 1 : 0));
};
