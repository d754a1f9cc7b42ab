import { z } from 'zod';
import { byColumns, byRows, columnCount } from '../columns.js';
import { drawNoise, replay } from '../noise.js';
import { quantizerTransform, type Quantizer } from '../quantizer.js';
import { readRange, rangeMeasures, writeRange, type Measure } from '../level-range.js';
import { defineTransform } from '../stage-interface.js';
import type { Shape } from '../value.js';
import { restoreDithered, restoreLevels, roundNearest, roundStochastic, type Grid } from '../uniform-levels.js';

const options = z
  .strictObject({
    bits: z.int().min(1).max(16).default(8).describe('bits a value, 1 to 16'),
    rounding: z
      .enum(['nearest', 'stochastic', 'dithered'])
      .default('nearest')
      .describe(
        'nearest: least error; stochastic: up or down at random, so that the expectation is the value; dithered: the same, and the decoder, which knows the random numbers, takes them away again',
      ),
    scale: z
      .enum(['absmax', 'minmax', 'l2', 'gaussian', 'trained'])
      .default('absmax')
      .describe(
        'outermost levels: ± the largest magnitude, the least and the largest value, ± the Euclidean norm, or the best for a Gaussian, values beyond being cut off; trained: those of training with quantized weights (modelCompression: qat), which the mean magnitude limits where bits are few',
      ),
    block: z
      .union([z.int().min(1), z.literal('channel')])
      .nullable()
      .default(null)
      .describe(
        'values that share a scale, at least 1; channel: those of one position of a tensor’s last extent; null: all',
      ),
  })
  .refine(({ bits, scale }) => scale !== 'gaussian' || bits <= 8, {
    message: 'Gaussian scales are for 1 to 8 bits',
    path: ['bits'],
  })
  .refine(({ bits, scale }) => scale !== 'trained' || (bits >= 2 && bits <= 8), {
    message: 'trained scales are for 2 to 8 bits',
    path: ['bits'],
  });

type Options = z.infer<typeof options>;

/** An odd number of levels makes zero one of them; one bit has no room for it, a Gaussian is served best without. */
const levelCount = ({ bits, scale }: Options): number =>
  bits === 1 || scale === 'gaussian' || scale === 'minmax' ? 2 ** bits : 2 ** bits - 1;

/** What both sides know before the symbols. */
interface Levels {
  readonly grid: Grid;
  readonly columns: number;
  /** The dither, where there is one. */
  readonly noise: Uint32Array | null;
}

const makeQuantizer = (chosen: Options): Quantizer<Levels> => {
  const { bits, rounding, scale, block } = chosen;
  const levels = levelCount(chosen);
  const measure: Measure = rangeMeasures[scale](bits);
  const precision = block === null ? 'float32' : 'bfloat16';
  /** Columns, or one, and how many values share a scale. */
  const partOf = (count: number, shape: Shape, extents: readonly number[]) => {
    const columns = block === 'channel' ? columnCount(shape, extents) : 1;
    const length = typeof block === 'number' ? block : Math.max(1, count / columns);
    return { columns, length, parts: typeof block === 'number' ? Math.ceil(count / block) : columns };
  };
  const emptyGrid = (parts: number, length: number): Grid => ({
    lowest: new Float32Array(parts),
    highest: new Float32Array(parts),
    block: length,
    levels,
  });
  return {
    alphabet: () => levels,
    scaleBytes: (count, shape, extents) =>
      partOf(count, shape, extents).parts * (precision === 'float32' ? 4 : 2) * (scale === 'minmax' ? 2 : 1),
    quantize: (given, shape, side, unit) => {
      const { columns, length, parts } = partOf(given.length, shape, unit.extents);
      const values = columns > 1 ? byColumns(given, columns) : given;
      const grid = emptyGrid(parts, length);
      for (let i = 0; i < parts; i++) {
        const range = measure(values.subarray(i * length, (i + 1) * length));
        [grid.lowest[i], grid.highest[i]] = writeRange(range, scale === 'minmax', precision, side);
      }
      const noise = rounding === 'dithered' ? drawNoise(unit.random('quantize'), values.length) : null;
      const scales = { grid, columns, noise };
      if (rounding === 'nearest') return { ...roundNearest(values, grid), scales };
      const { symbols, lost } = roundStochastic(values, grid, noise === null ? unit.random('quantize') : replay(noise));
      return { symbols, scales, lost: noise === null ? lost : undefined };
    },
    readScales: (count, side, shape, unit) => {
      const { columns, length, parts } = partOf(count, shape, unit.extents);
      side.requireBits(parts * (precision === 'float32' ? 32 : 16));
      const grid = emptyGrid(parts, length);
      for (let i = 0; i < parts; i++) {
        [grid.lowest[i], grid.highest[i]] = readRange(scale === 'minmax', precision, side);
      }
      return { grid, columns, noise: rounding === 'dithered' ? drawNoise(unit.random('quantize'), count) : null };
    },
    restore: (symbols, { grid, columns, noise }) => {
      const values = noise === null ? restoreLevels(symbols, grid) : restoreDithered(symbols, grid, noise);
      return columns > 1 ? byRows(values, columns) : values;
    },
  };
};

/** Evenly spaced levels. */
export const quantize = defineTransform({
  name: 'quantize',
  code: 16,
  role: 'quantizer',
  summary: 'rounds values to evenly spaced levels',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: 'b a value + 32, or + 16 a block or channel; minmax: twice that for the scales',
  bias: 'stochastic: unbiased but for what gaussian cuts off, variance step² f (1 − f) at f of the way between two levels; dithered: unbiased, uniform within half a step; nearest: at most half a step',
  paper:
    'Suresh et al. 2017, Distributed Mean Estimation with Limited Communication; Max 1960 for gaussian; Roberts 1962 for the dither',
  options,
  shorthand: 'bits',
  create: (chosen) => quantizerTransform(makeQuantizer(chosen)),
});
