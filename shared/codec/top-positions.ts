import { findLarge } from './scan-kernel.js';

/*
 * The order of magnitudes of floats is the order of their bits without the sign, read as integers. So the k-th
 * largest is found digit by digit, as in a radix sort: 11 bits of all, then 10 and 10 of those in the border bin.
 */
const firstShift = 20;
const histogramA = new Uint32Array(2048);
const histogramB = new Uint32Array(2048);
const digits = new Uint32Array(1024);

/** Counts the first digits; two tables, so that equal neighbours don't wait for each other. */
const countFirstDigits = (words: Uint32Array): Uint32Array => {
  histogramA.fill(0);
  histogramB.fill(0);
  const even = words.length & ~1;
  for (let i = 0; i < even; i += 2) {
    histogramA[(words[i] & 0x7fffffff) >>> firstShift]++;
    histogramB[(words[i + 1] & 0x7fffffff) >>> firstShift]++;
  }
  if (even < words.length) histogramA[(words[even] & 0x7fffffff) >>> firstShift]++;
  for (let bin = 0; bin < 2048; bin++) histogramA[bin] += histogramB[bin];
  return histogramA;
};

/** The bin in which the wanted-th largest lies, and how many of the bin are wanted. */
const borderBin = (counts: Uint32Array, wanted: number): { bin: number; wanted: number } => {
  let left = wanted;
  let bin = counts.length - 1;
  while (counts[bin] < left) left -= counts[bin--];
  return { bin, wanted: left };
};

/** Finds the next digit of the wanted-th largest among the magnitudes that begin with `prefix`. */
const nextDigit = (magnitudes: Uint32Array, prefix: number, shift: number, wanted: number) => {
  digits.fill(0);
  for (let i = 0; i < magnitudes.length; i++) {
    const magnitude = magnitudes[i];
    if (magnitude >>> (shift + 10) === prefix) digits[(magnitude >>> shift) & 1023]++;
  }
  const border = borderBin(digits, wanted);
  return { prefix: prefix * 1024 + border.bin, wanted: border.wanted };
};

/** Positions whose magnitude is at least `lowest`, ascending; there are `count` of them. */
const collect = (words: Uint32Array, lowest: number, count: number): Uint32Array => {
  const positions = new Uint32Array(count);
  for (let i = 0, at = 0; at < count; i++) {
    if ((words[i] & 0x7fffffff) >= lowest) positions[at++] = i;
  }
  return positions;
};

/** What may be among the largest, and in which bin the k-th is. */
interface Candidates {
  readonly positions: Uint32Array;
  readonly magnitudes: Uint32Array;
  readonly border: { bin: number; wanted: number };
}

const magnitudesAt = (words: Uint32Array, positions: Uint32Array): Uint32Array => {
  const magnitudes = new Uint32Array(positions.length);
  for (let i = 0; i < positions.length; i++) magnitudes[i] = words[positions[i]] & 0x7fffffff;
  return magnitudes;
};

/** Every magnitude is counted. */
const countAll = (words: Uint32Array, k: number): Candidates => {
  const first = countFirstDigits(words);
  const border = borderBin(first, k);
  const positions = collect(words, border.bin << firstShift, k - border.wanted + first[border.bin]);
  return { positions, magnitudes: magnitudesAt(words, positions), border };
};

/** Every so many is looked at: a prime, which few matrices have as the length of rows. */
const sampleStride = 61;
const sampledShift = 17;
const sampled = new Uint32Array(2 ** (31 - sampledShift));
/** Of fewer values, or more wanted ones, all are counted. */
const fewestSampled = 2 ** 16;
const mostShare = 1 / 16;

/**
 * A bin below which the k-th largest hardly is: a sample has four standard deviations more above it. Saves the pass that
 * counts. Null where the sample was wrong, or there are far more candidates than wanted.
 */
const sampleSome = (words: Uint32Array, k: number): Candidates | null => {
  const expected = k / sampleStride;
  sampled.fill(0);
  for (let i = 0; i < words.length; i += sampleStride) sampled[(words[i] & 0x7fffffff) >>> sampledShift]++;
  const { bin } = borderBin(sampled, Math.ceil(expected + 4 * Math.sqrt(expected) + 4));
  // Zeros are never kept.
  const lowest = Math.max(1, bin << sampledShift);
  const room = 3 * k + 1024;
  const some = { positions: new Uint32Array(room), magnitudes: new Uint32Array(room) };
  const count = findLarge(words, lowest, some);
  if (count < k || count > room) return null;
  const positions = some.positions.subarray(0, count);
  const magnitudes = some.magnitudes.subarray(0, count);
  return { positions, magnitudes, border: borderBin(countFirstDigits(magnitudes), k) };
};

/**
 * The positions of the k largest magnitudes, ascending; of equal magnitudes the lowest positions. Zeros are left out,
 * so there may be fewer than k.
 * @param values finite @param k 0 to the number of values
 */
export const topPositions = (values: Float32Array, k: number): Uint32Array => {
  if (k === 0) return new Uint32Array(0);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const isSampled = words.length >= fewestSampled && k <= mostShare * words.length;
  const { positions, magnitudes, border } = (isSampled ? sampleSome(words, k) : null) ?? countAll(words, k);
  const second = nextDigit(magnitudes, border.bin, 10, border.wanted);
  const third = nextDigit(magnitudes, second.prefix, 0, second.wanted);
  const threshold = third.prefix;
  let ties = threshold === 0 ? 0 : third.wanted;
  let kept = 0;
  for (let i = 0; i < positions.length; i++) {
    const magnitude = magnitudes[i];
    if (magnitude < threshold || magnitude === 0) continue;
    if (magnitude === threshold && ties-- <= 0) continue;
    positions[kept++] = positions[i];
  }
  return positions.slice(0, kept);
};
