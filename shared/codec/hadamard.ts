import type { RandomStream } from '../util/random.js';
import { saturate } from './value.js';

/*
 * Randomized Hadamard rotations (Ailon and Chazelle 2009; Suresh et al. 2017). A vector is cut into pieces of a power of
 * two each, the largest first, so that little is padded; each piece is H D x / √n, with H Sylvester's matrix and D signs
 * that both sides draw from the key.
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

/** The transform H x, in place, not normalized. @param values a power of two of them */
const transform = (values: Float64Array): void => {
  const { length } = values;
  let half = 1;
  // Two of the levels at once: each number is loaded and stored half as often.
  for (; 4 * half <= length; half *= 4) {
    for (let start = 0; start < length; start += 4 * half) {
      for (let i = start; i < start + half; i++) {
        const a = values[i];
        const b = values[i + half];
        const c = values[i + 2 * half];
        const d = values[i + 3 * half];
        const [sumA, sumB, differenceA, differenceB] = [a + b, c + d, a - b, c - d];
        values[i] = sumA + sumB;
        values[i + half] = differenceA + differenceB;
        values[i + 2 * half] = sumA - sumB;
        values[i + 3 * half] = differenceA - differenceB;
      }
    }
  }
  if (half < length) {
    for (let i = 0; i < half; i++) {
      const a = values[i];
      const b = values[i + half];
      values[i] = a + b;
      values[i + half] = a - b;
    }
  }
};

export const paddedLength = (length: number): number => pieceLengths(length).reduce((sum, piece) => sum + piece, 0);

/** Signs of so many coordinates, a bit each: word i of the stream has the signs of coordinates 32 i … 32 i + 31, lowest bit first; 1 is −. */
export const drawSigns = (random: RandomStream, count: number): Uint32Array =>
  random.fill(new Uint32Array(Math.ceil(count / 32)));

const flip = (values: Float64Array, signs: Uint32Array, offset: number): void => {
  for (let i = 0; i < values.length; i++) {
    const at = offset + i;
    if ((signs[at >>> 5] >>> (at & 31)) & 1) values[i] = -values[i];
  }
};

/**
 * @param values any length; read as if zeros followed
 * @param signs as many as the padded length
 * @returns the rotated pieces, one after the other, as float32: the padded length
 */
export const rotate = (values: Float32Array, signs: Uint32Array): Float32Array => {
  const pieces = pieceLengths(values.length);
  const out = new Float32Array(paddedLength(values.length));
  let at = 0;
  for (const piece of pieces) {
    const work = new Float64Array(piece);
    work.set(values.subarray(at, Math.min(values.length, at + piece)));
    flip(work, signs, at);
    transform(work);
    const norm = 1 / Math.sqrt(piece);
    for (let i = 0; i < piece; i++) out[at + i] = saturate(work[i] * norm);
    at += piece;
  }
  return out;
};

/** Takes {@link rotate} back. @param length of the vector before */
export const rotateBack = (rotated: Float32Array, signs: Uint32Array, length: number): Float32Array => {
  const out = new Float32Array(length);
  let at = 0;
  for (const piece of pieceLengths(length)) {
    const work = Float64Array.from(rotated.subarray(at, at + piece));
    transform(work);
    flip(work, signs, at);
    const norm = 1 / Math.sqrt(piece);
    const end = Math.min(length, at + piece);
    for (let i = at; i < end; i++) out[i] = saturate(work[i - at] * norm);
    at += piece;
  }
  return out;
};
