import { noiseOf, type Noise } from './noise.js';
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

/** The nearest level, halves upward; values beyond the outermost levels take these. */
export const roundNearest = (values: Float32Array, grid: Grid): Uint16Array => {
  const { lowest, block, levels } = grid;
  const symbols = new Uint16Array(values.length);
  const top = levels - 1;
  for (let b = 0; b < lowest.length; b++) {
    const slope = slopeOf(grid, b);
    const offset = 0.5 - lowest[b] * slope;
    const end = Math.min(values.length, (b + 1) * block);
    for (let i = b * block; i < end; i++) {
      const level = values[i] * slope + offset;
      symbols[i] = level <= 0 ? 0 : level >= top ? top : level;
    }
  }
  return symbols;
};

const chunk = 4096;

/**
 * The level below or above, at random: above with the probability of how far above the lower level the value lies,
 * to 2^−17. A value on a level keeps it.
 */
export const roundStochastic = (values: Float32Array, grid: Grid, noise: Noise): Uint16Array => {
  const { lowest, block, levels } = grid;
  const symbols = new Uint16Array(values.length);
  const top = levels - 1;
  const words = new Uint32Array(Math.min(chunk, Math.ceil(values.length / 2)));
  let b = -1;
  let blockEnd = 0;
  let slope = 0;
  let offset = 0;
  for (let start = 0; start < values.length; start += 2 * chunk) {
    const end = Math.min(values.length, start + 2 * chunk);
    noise.fill(words.subarray(0, Math.ceil((end - start) / 2)));
    for (let i = start; i < end; i++) {
      if (i === blockEnd) {
        slope = slopeOf(grid, ++b);
        offset = -lowest[b] * slope;
        blockEnd += block;
      }
      const half = (words[(i - start) >>> 1] >>> (((i - start) & 1) * 16)) & 0xffff;
      const level = values[i] * slope + (offset + (half + 0.5) / 65536);
      symbols[i] = level <= 0 ? 0 : level >= top ? top : level;
    }
  }
  return symbols;
};

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
