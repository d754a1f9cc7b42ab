import type { RandomStream } from '../util/random.js';

/*
 * Noise of rounding: half words, of which every word of a stream serves two values, its low half first. A half h stands for
 * (h + 1/2)/65536, so that a value on a level stays there.
 */

/** Where rounding takes its words from. */
export type Noise = Pick<RandomStream, 'fill'>;

/** Words for so many values, for both sides of a dithered quantizer. */
export const drawNoise = (random: Noise, count: number): Uint32Array =>
  random.fill(new Uint32Array(Math.ceil(count / 2)));

/** Gives words that were drawn before. */
export const replay = (words: Uint32Array): Noise => {
  let at = 0;
  return {
    fill: (out) => {
      out.set(words.subarray(at, at + out.length));
      at += out.length;
      return out;
    },
  };
};

/** What rounding added to value i, above 0 and below 1. */
export const noiseOf = (words: Uint32Array, i: number): number =>
  (((words[i >>> 1] >>> ((i & 1) * 16)) & 0xffff) + 0.5) / 65536;
