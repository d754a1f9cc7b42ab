import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { largestMagnitude, readScale } from '../scale.js';
import { defineTransform } from '../stage-interface.js';
import { restoreLevels, roundStochastic, symmetricGrid, type Grid } from '../uniform-levels.js';

const options = z.strictObject({
  clip: z
    .number()
    .gt(0)
    .nullable()
    .default(2.5)
    .describe('largest magnitude, in standard deviations, above 0; larger values are cut off; null: none are'),
});

/** The standard deviation about the mean, of the values as they are. */
const deviationOf = (values: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - mean) ** 2;
  return Math.sqrt(squares / values.length);
};

/** A cut at no deviation at all (equal values) would leave nothing. */
const scaleOf = (values: Float32Array, clip: number | null): number => {
  const largest = largestMagnitude(values);
  if (clip === null || values.length === 0) return largest;
  const limit = clip * deviationOf(values);
  return limit > 0 ? Math.min(largest, Math.fround(limit)) : largest;
};

const gridOf = (scale: number, count: number): Grid => symmetricGrid(Float32Array.of(scale), Math.max(1, count), 3);

/** Values become −s, 0 or s at random, s their largest magnitude after clipping. */
export const terngrad = defineTransform({
  name: 'terngrad',
  code: 50,
  role: 'quantizer',
  summary: 'rounds at random to −s, 0 or s, the largest magnitude after clipping',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '2 a value, or their entropy, at most log2 3, + 32',
  bias: 'unbiased for the clipped values; variance of a value x: |x| (s − |x|)',
  paper: 'Wen et al. 2017, TernGrad: Ternary Gradients to Reduce Communication in Distributed Deep Learning',
  options,
  create: ({ clip }) =>
    quantizerTransform<Grid>({
      alphabet: () => 3,
      scaleBytes: () => 4,
      quantize: (values, _shape, side, unit) => {
        const scale = scaleOf(values, clip);
        side.float32(scale);
        const scales = gridOf(scale, values.length);
        return { symbols: roundStochastic(values, scales, unit.random('terngrad')).symbols, scales };
      },
      readScales: (count, side) => gridOf(readScale(side), count),
      restore: (symbols, scales) => restoreLevels(symbols, scales),
    }),
});
