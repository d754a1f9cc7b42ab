import { noiseOf, type Noise } from './noise.js';
import { chunk, rounder, type Levels, type Rounder, type Rounding } from './rounding-kernel.js';
import { saturate } from './value.js';

/**
 * Levels 0 … n−1 of a block from `lowest` to `highest`: level l stands for (lowest (n−1−l) + highest l)/(n−1), in doubles, so
 * the outermost ones are these floats to the bit.
 */
export interface Grid {
  /** Of each block; a block whose values are all equal may have both the same. */
  readonly lowest: Float32Array;
  readonly highest: Float32Array;
  /** Values of a block; the last may have fewer. */
  readonly block: number;
  /** n, 2 to 65536. */
  readonly levels: number;
}

/** From −s to s for each block's scale s. */
export const symmetricGrid = (scales: Float32Array, block: number, levels: number): Grid => ({
  lowest: scales.map((scale) => -scale),
  highest: scales,
  block,
  levels,
});

/** Values of a block are real numbers among its levels; this is how many levels apart two of distance 1 are. */
const slopeOf = ({ lowest, highest, levels }: Grid, b: number): number =>
  highest[b] === lowest[b] ? 0 : (levels - 1) / (highest[b] - lowest[b]);

/** Symbols, and ‖x−x̂‖² of what {@link restoreLevels} makes of them, to a few last bits. */
export interface Rounded {
  readonly symbols: Uint16Array;
  readonly lost: number;
}

/** Rounds a run of a chunk that has the same levels. */
const roundRun = ({ values, words, symbols, sums }: Rounder, from: number, to: number, levels: Levels): void => {
  const { rounding, slope, offset, top, lowest, highest } = levels;
  // A product is quicker than a quotient, and its last bit is lost in a sum.
  const inverse = 1 / top;
  for (let i = from; i < to; i++) {
    const half = (words[i >>> 1] >>> ((i & 1) * 16)) & 0xffff;
    const cut = rounding === 'nearest' ? offset : offset + (half + 0.5) / 65536;
    const level = values[i] * slope + cut;
    const symbol = level <= 0 ? 0 : level >= top ? top : Math.trunc(level);
    symbols[i] = symbol;
    const lost = values[i] - Math.fround((lowest * (top - symbol) + highest * symbol) * inverse);
    sums[(i - from) & 1] += lost * lost;
  }
};

/** Shorter runs are not worth a call of the kernel. */
const shortestVectors = 16;

/** Rounds what the memory holds, from place `start` of the values on. */
const roundChunk = (memory: Rounder, start: number, count: number, grid: Grid, rounding: Rounding): void => {
  const { lowest, highest, block, levels } = grid;
  const half = rounding === 'nearest' ? 0.5 : 0;
  for (let i = 0; i < count;) {
    const b = Math.floor((start + i) / block);
    const slope = slopeOf(grid, b);
    const run: Levels = {
      rounding,
      slope,
      // A block of equal values takes the middle level: blocks of zeros then have the symbol that zeros have elsewhere.
      offset: half + (slope === 0 ? (levels - 1) >> 1 : -lowest[b] * slope),
      top: levels - 1,
      lowest: lowest[b],
      highest: highest[b],
    };
    const end = Math.min(count, (b + 1) * block - start);
    const fours = memory.roundFours === null || end - i < shortestVectors ? 0 : (end - i) & ~3;
    if (fours > 0) memory.roundFours!(i, fours, run);
    if (i + fours < end) roundRun(memory, i + fours, end, run);
    i = end;
  }
};

const roundAll = (values: Float32Array, grid: Grid, noise: Noise | null, withVectors: boolean): Rounded => {
  const { length } = values;
  const symbols = new Uint16Array(length);
  const memory = rounder(withVectors);
  memory.sums.fill(0);
  for (let start = 0; start < length; start += chunk) {
    const count = Math.min(chunk, length - start);
    if (noise !== null) noise.fill(memory.words.subarray(0, Math.ceil(count / 2)));
    memory.values.set(values.subarray(start, start + count));
    roundChunk(memory, start, count, grid, noise === null ? 'nearest' : 'stochastic');
    symbols.set(memory.symbols.subarray(0, count), start);
  }
  return { symbols, lost: memory.sums[0] + memory.sums[1] };
};

/**
 * The nearest level, halves upward; values beyond the outermost levels take these.
 * @param withVectors false for the plain form, which gives the same bits
 */
export const roundNearest = (values: Float32Array, grid: Grid, withVectors = true): Rounded =>
  roundAll(values, grid, null, withVectors);

/**
 * The level below or above, at random: above with the probability of how far above the lower level the value lies,
 * to 2^−17. A value on a level keeps it.
 * @param withVectors false for the plain form, which gives the same bits
 */
export const roundStochastic = (values: Float32Array, grid: Grid, noise: Noise, withVectors = true): Rounded =>
  roundAll(values, grid, noise, withVectors);

/** The floats of levels; the same function serves encoder and decoder, so both get the same bits. */
export const restoreLevels = (symbols: Uint16Array, { lowest, highest, block, levels }: Grid): Float32Array => {
  const values = new Float32Array(symbols.length);
  const top = levels - 1;
  if (lowest.length === 1 && symbols.length > 2 * levels) {
    const table = Float32Array.from({ length: levels }, (_, l) => (lowest[0] * (top - l) + highest[0] * l) / top);
    for (let i = 0; i < symbols.length; i++) values[i] = table[symbols[i]];
    return values;
  }
  for (let b = 0; b < lowest.length; b++) {
    const [low, high] = [lowest[b], highest[b]];
    const end = Math.min(symbols.length, (b + 1) * block);
    for (let i = b * block; i < end; i++) values[i] = (low * (top - symbols[i]) + high * symbols[i]) / top;
  }
  return values;
};

/**
 * The floats of levels less the noise about its mean (subtractive dither): what is left of a value is uniform within half a
 * step and doesn't depend on it. @param words the noise that {@link roundStochastic} added
 */
export const restoreDithered = (symbols: Uint16Array, grid: Grid, words: Uint32Array): Float32Array => {
  const { lowest, highest, block, levels } = grid;
  const values = new Float32Array(symbols.length);
  const top = levels - 1;
  for (let b = 0; b < lowest.length; b++) {
    const [low, high] = [lowest[b], highest[b]];
    const end = Math.min(symbols.length, (b + 1) * block);
    for (let i = b * block; i < end; i++) {
      const level = symbols[i] - (noiseOf(words, i) - 0.5);
      values[i] = saturate((low * (top - level) + high * level) / top);
    }
  }
  return values;
};
