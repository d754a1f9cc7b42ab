import type { RandomStream } from '../util/random.js';

/*
 * Levels 0 … n−1 of a block with scale s stand for s · (2·level − (n−1)) / (n−1): evenly spaced from −s to s. Level n−1
 * is s to the bit.
 */

/** Positions among the levels are real numbers t; this is dt/dx. A block of zeros has scale 0. */
const slope = (scale: number, levels: number): number => (scale === 0 ? 0 : (levels - 1) / (2 * scale));

/** The nearest level, halves upward; values beyond the scale take the outermost level. */
export const roundNearest = (
  values: Float32Array,
  scales: Float32Array,
  block: number,
  levels: number,
): Uint16Array => {
  const symbols = new Uint16Array(values.length);
  const top = levels - 1;
  for (let b = 0; b < scales.length; b++) {
    const factor = slope(scales[b], levels);
    const middle = top / 2 + 0.5;
    const end = Math.min(values.length, (b + 1) * block);
    for (let i = b * block; i < end; i++) {
      const level = values[i] * factor + middle;
      symbols[i] = level <= 0 ? 0 : level >= top ? top : level;
    }
  }
  return symbols;
};

/** Half words of randomness: every 32-bit word of the stream serves two values, its low half first. */
const chunk = 4096;

/**
 * The level below or above, at random: above with the probability of how far above the lower level the value lies,
 * to 2^−17. A value on a level keeps it.
 */
export const roundStochastic = (
  values: Float32Array,
  scales: Float32Array,
  block: number,
  levels: number,
  random: RandomStream,
): Uint16Array => {
  const symbols = new Uint16Array(values.length);
  const top = levels - 1;
  const words = new Uint32Array(Math.min(chunk, Math.ceil(values.length / 2)));
  let b = 0;
  let blockEnd = block;
  let factor = scales.length === 0 ? 0 : slope(scales[0], levels);
  for (let start = 0; start < values.length; start += 2 * chunk) {
    const end = Math.min(values.length, start + 2 * chunk);
    random.fill(words.subarray(0, Math.ceil((end - start) / 2)));
    for (let i = start; i < end; i++) {
      if (i === blockEnd) {
        factor = slope(scales[++b], levels);
        blockEnd += block;
      }
      const half = (words[(i - start) >>> 1] >>> (((i - start) & 1) * 16)) & 0xffff;
      const level = values[i] * factor + (top / 2 + (half + 0.5) / 65536);
      symbols[i] = level <= 0 ? 0 : level >= top ? top : level;
    }
  }
  return symbols;
};

/** The floats of levels; the same function serves encoder and decoder, so both get the same bits. */
export const restoreLevels = (
  symbols: Uint16Array,
  scales: Float32Array,
  block: number,
  levels: number,
): Float32Array => {
  const values = new Float32Array(symbols.length);
  const top = levels - 1;
  if (scales.length === 1 && symbols.length > 2 * levels) {
    const table = Float32Array.from({ length: levels }, (_, level) => (scales[0] * (2 * level - top)) / top);
    for (let i = 0; i < symbols.length; i++) values[i] = table[symbols[i]];
    return values;
  }
  for (let b = 0; b < scales.length; b++) {
    const scale = scales[b];
    const end = Math.min(symbols.length, (b + 1) * block);
    for (let i = b * block; i < end; i++) values[i] = (scale * (2 * symbols[i] - top)) / top;
  }
  return values;
};
