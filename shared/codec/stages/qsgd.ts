import { z } from 'zod';
import { adaptiveRules, mostLevels } from '../adaptive-levels.js';
import type { BitReader, BitWriter } from '../../util/bits.js';
import { rangeMeasures, readRange, writeRange } from '../level-range.js';
import { quantizerTransform, type Quantizer } from '../quantizer.js';
import { defineTransform, type Unit } from '../stage-interface.js';
import { malformed } from '../streams/malformed.js';
import { restoreLevels, roundStochastic, symmetricGrid, type Grid } from '../uniform-levels.js';

const options = z.strictObject({
  levels: z.int().min(1).max(mostLevels).default(7).describe('levels above zero, s in the paper, 1 to 32767'),
  norm: z
    .enum(['l2', 'max'])
    .default('l2')
    .describe('the outermost level: the Euclidean norm, as in the paper, or the largest magnitude'),
  bucket: z.int().min(1).nullable().default(null).describe('values that share a norm, at least 1; null: all'),
  adapt: z
    .enum(adaptiveRules)
    .default('none')
    .describe(
      'uplink only: how the coordinator changes the levels, which then are those of the first round: adaquantfl, more as the training loss falls; dadaquant, twice as many when it stops falling, and more for clients with more samples',
    ),
  patience: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('for dadaquant: rounds without a lower running loss after which the levels double, 1 to 1000'),
});

type Options = z.infer<typeof options>;

const makeQuantizer = ({ levels: first, norm, bucket, adapt }: Options): Quantizer<Grid> => {
  const measure = norm === 'l2' ? rangeMeasures.l2() : rangeMeasures.absmax();
  const precision = bucket === null ? 'float32' : 'bfloat16';
  const bucketOf = (values: number): number => bucket ?? Math.max(1, values);
  const buckets = (values: number): number => (bucket === null ? 1 : Math.ceil(values / bucket));

  /** Levels that may differ from payload to payload are said in it. */
  const writeLevels = (side: BitWriter, { hints }: Unit): number => {
    if (adapt === 'none') return first;
    const levels = hints.levels ?? first;
    side.uint16(levels);
    return levels;
  };
  const readLevels = (side: BitReader): number => {
    if (adapt === 'none') return first;
    const levels = side.uint16();
    return levels >= 1 && levels <= mostLevels ? levels : malformed('codec/bad-count', `There are ${levels} levels.`);
  };
  const readScales = (values: number, side: BitReader): Float32Array => {
    side.requireBits(16 * buckets(values));
    return Float32Array.from({ length: buckets(values) }, () => readRange(false, precision, side)[1]);
  };

  const gridOf = (scales: Float32Array, levels: number, values: number): Grid =>
    symmetricGrid(scales, bucketOf(values), 2 * levels + 1);

  return {
    alphabet: (_shape, grid) => grid?.levels ?? 2 * (adapt === 'none' ? first : mostLevels) + 1,
    scaleBytes: (values) => (bucket === null ? 4 : 2 * buckets(values)) + (adapt === 'none' ? 0 : 2),
    quantize: (values, _shape, side, unit) => {
      const levels = writeLevels(side, unit);
      const length = bucketOf(values.length);
      const scales = new Float32Array(buckets(values.length));
      for (let i = 0; i < scales.length; i++) {
        const range = measure(values.subarray(i * length, (i + 1) * length));
        [, scales[i]] = writeRange(range, false, precision, side);
      }
      const grid = gridOf(scales, levels, values.length);
      return { symbols: roundStochastic(values, grid, unit.random('qsgd')).symbols, scales: grid };
    },
    readScales: (values, side) => {
      const levels = readLevels(side);
      return gridOf(readScales(values, side), levels, values);
    },
    restore: (symbols, grid) => restoreLevels(symbols, grid),
  };
};

/**
 * A value is rounded up or down at random among the multiples of norm/s: levels of magnitudes with their signs, which is
 * the same as levels from −s to s.
 */
export const qsgd = defineTransform({
  name: 'qsgd',
  code: 49,
  role: 'quantizer',
  summary: 'rounds at random to multiples of a part of the norm',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '⌈log2(2 s + 1)⌉ a value, or their entropy, + 32, or + 16 a bucket, + 16 with adapt',
  bias: 'unbiased; NMSE at most min(d/s², √d/s) with the Euclidean norm, d the values of a bucket',
  paper: 'Alistarh et al. 2017, QSGD: Communication-Efficient SGD via Gradient Quantization and Encoding',
  options,
  shorthand: 'levels',
  create: (chosen) => quantizerTransform(makeQuantizer(chosen)),
});
