import type { RandomStream } from '../util/random.js';
import { saturate } from './value.js';

/*
 * Randomized Hadamard rotations (Ailon and Chazelle 2009; Suresh et al. 2017). This is part of the payload format.
 *
 * Pieces. A vector is cut from its front. Of n coordinates left, with m the largest power of two that is at most n: the
 * next piece has 2 m coordinates if n > m and either m < 64 or n > 0.875 · 2 m, and else m. The last piece may be longer
 * than what is left; zeros fill it up, and are coded as other coordinates are. 199,210 = 131,072 + 65,536 + 2,048 + 512 + 42,
 * the last of them padded to 64.
 *
 * Rotation. A piece x of n coordinates becomes H D x / √n: D has the signs that both sides draw from the key, H is Sylvester's
 * matrix, whose element (i, j) is −1 to the number of common one bits of i and j. Its levels pair numbers 1 apart, then 2, 4 and
 * so on: (a, b) becomes (a + b, a − b). All of it is done in float64; only the product with 1/√n is rounded to float32 (what
 * is above the greatest float32 becomes that). The way back is D H x / √n, by the same steps.
 */

/** Shorter rests are padded up to a power of two instead of being cut further. */
const leastCut = 64;

/** @returns the lengths of the pieces of a vector, powers of two; their sum is the padded length */
export const pieceLengths = (length: number): number[] => {
  const pieces: number[] = [];
  let left = length;
  while (left > 0) {
    const below = 2 ** (31 - Math.clz32(left));
    // A rest of nearly the next power of two is not worth another piece.
    const above = below === left ? below : 2 * below;
    const piece = below < leastCut || left > 0.875 * above ? above : below;
    pieces.push(piece);
    left -= Math.min(piece, left);
  }
  return pieces;
};

/** How many numbers are transformed at a time while they are in the nearest cache. */
const block = 4096;

/** The first two levels of the transform. */
const firstLevels = (values: Float64Array): void => {
  for (let i = 0; i < values.length; i += 4) {
    const sumA = values[i] + values[i + 1];
    const differenceA = values[i] - values[i + 1];
    const sumB = values[i + 2] + values[i + 3];
    const differenceB = values[i + 2] - values[i + 3];
    values[i] = sumA + sumB;
    values[i + 1] = differenceA + differenceB;
    values[i + 2] = sumA - sumB;
    values[i + 3] = differenceA - differenceB;
  }
};

/** The levels that pair numbers `from` apart and more. Two at once: each number is loaded and stored half as often. */
const levels = (values: Float64Array, from: number): void => {
  const { length } = values;
  let half = from;
  for (; 4 * half <= length; half *= 4) {
    for (let start = 0; start < length; start += 4 * half) {
      const end = start + half;
      for (let i = start, j = end, k = end + half, l = k + half; i < end; i++, j++, k++, l++) {
        const sumA = values[i] + values[j];
        const differenceA = values[i] - values[j];
        const sumB = values[k] + values[l];
        const differenceB = values[k] - values[l];
        values[i] = sumA + sumB;
        values[j] = differenceA + differenceB;
        values[k] = sumA - sumB;
        values[l] = differenceA - differenceB;
      }
    }
  }
  if (half === length) return;
  for (let i = 0, j = half; i < half; i++, j++) {
    const sum = values[i] + values[j];
    values[j] = values[i] - values[j];
    values[i] = sum;
  }
};

/**
 * The fast Walsh-Hadamard transform H x, in place, not normalized; twice it is n x.
 * @param values a power of two of them
 */
export const walshHadamard = (values: Float64Array): void => {
  const { length } = values;
  if (length < 4) return levels(values, 1);
  firstLevels(values);
  const inner = Math.min(length, block);
  for (let start = 0; start < length; start += inner) levels(values.subarray(start, start + inner), 4);
  levels(values, inner);
};

export const paddedLength = (length: number): number => pieceLengths(length).reduce((sum, piece) => sum + piece, 0);

/** Signs of so many coordinates, a bit each: word i of the stream has the signs of coordinates 32 i … 32 i + 31, lowest bit first; 1 is −. */
export const drawSigns = (random: RandomStream, count: number): Uint32Array =>
  random.fill(new Uint32Array(Math.ceil(count / 32)));

/** 1 or −1. */
const signOf = (signs: Uint32Array, index: number): number => 1 - 2 * ((signs[index >>> 5] >>> (index & 31)) & 1);

/* Loops of their own, so that each is compiled once and for all. */

/** D x, followed by zeros. */
const load = (values: Float32Array, signs: Uint32Array, at: number, work: Float64Array): void => {
  const given = Math.min(work.length, values.length - at);
  for (let i = 0; i < given; i++) work[i] = values[at + i] * signOf(signs, at + i);
  work.fill(0, given);
};

const store = (work: Float64Array, norm: number, out: Float32Array, at: number): void => {
  for (let i = 0; i < work.length; i++) out[at + i] = saturate(work[i] * norm);
};

const storeSigned = (work: Float64Array, norm: number, signs: Uint32Array, out: Float32Array, at: number): void => {
  const wanted = Math.min(work.length, out.length - at);
  for (let i = 0; i < wanted; i++) out[at + i] = saturate(work[i] * signOf(signs, at + i) * norm);
};

/** Calls back for each piece with its place and memory for it. */
const forPieces = (length: number, run: (at: number, work: Float64Array) => void): void => {
  const pieces = pieceLengths(length);
  const memory = new Float64Array(pieces.length === 0 ? 0 : pieces[0]);
  let at = 0;
  for (const piece of pieces) {
    run(at, memory.subarray(0, piece));
    at += piece;
  }
};

/**
 * @param values any length; read as if zeros followed
 * @param signs as many as the padded length
 * @returns the rotated pieces, one after the other, as float32: the padded length
 */
export const rotate = (values: Float32Array, signs: Uint32Array): Float32Array => {
  const out = new Float32Array(paddedLength(values.length));
  forPieces(values.length, (at, work) => {
    load(values, signs, at, work);
    walshHadamard(work);
    store(work, 1 / Math.sqrt(work.length), out, at);
  });
  return out;
};

/** Takes {@link rotate} back. @param length of the vector before */
export const rotateBack = (rotated: Float32Array, signs: Uint32Array, length: number): Float32Array => {
  const out = new Float32Array(length);
  forPieces(length, (at, work) => {
    work.set(rotated.subarray(at, at + work.length));
    walshHadamard(work);
    storeSigned(work, 1 / Math.sqrt(work.length), signs, out, at);
  });
  return out;
};
