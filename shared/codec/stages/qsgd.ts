import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { bfloat16Above, checkScale, fromBfloat16, largestMagnitude, readScale } from '../scale.js';
import { defineTransform } from '../stage-interface.js';
import { restoreLevels, roundStochastic } from '../uniform-levels.js';
import { saturate } from '../value.js';

const options = z.strictObject({
  levels: z.int().min(1).max(32767).default(7).describe('levels above zero, s in the paper, 1 to 32767'),
  norm: z
    .enum(['l2', 'max'])
    .default('l2')
    .describe('the outermost level: the Euclidean norm, as in the paper, or the largest magnitude'),
  bucket: z.int().min(1).nullable().default(null).describe('values that share a norm, at least 1; null: all'),
});

const euclideanNorm = (values: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return saturate(Math.sqrt(sum));
};

const norms = { l2: euclideanNorm, max: (values: Float32Array): number => largestMagnitude(values) };

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
  bits: '⌈log2(2 s + 1)⌉ a value, or their entropy, + 32, or + 16 a bucket',
  bias: 'unbiased; NMSE at most min(d/s², √d/s) with the Euclidean norm, d the values of a bucket',
  paper: 'Alistarh et al. 2017, QSGD: Communication-Efficient SGD via Gradient Quantization and Encoding',
  options,
  shorthand: 'levels',
  create: ({ levels, norm, bucket }) => {
    const count = 2 * levels + 1;
    const bucketOf = (values: number): number => bucket ?? Math.max(1, values);
    const buckets = (values: number): number => (bucket === null ? 1 : Math.ceil(values / bucket));
    return quantizerTransform<Float32Array>({
      alphabet: () => count,
      scaleBytes: (values) => (bucket === null ? 4 : 2 * buckets(values)),
      quantize: (values, _shape, side, unit) => {
        const length = bucketOf(values.length);
        const scales = new Float32Array(buckets(values.length));
        for (let i = 0; i < scales.length; i++) {
          const scale = norms[norm](values.subarray(i * length, (i + 1) * length));
          if (bucket === null) side.float32((scales[i] = scale));
          else side.uint16(bfloat16Above((scales[i] = fromBfloat16(bfloat16Above(scale)))));
        }
        return { symbols: roundStochastic(values, scales, length, count, unit.random('qsgd')), scales };
      },
      readScales: (values, side) => {
        if (bucket === null) return Float32Array.of(readScale(side));
        side.requireBits(16 * buckets(values));
        return Float32Array.from({ length: buckets(values) }, () => checkScale(fromBfloat16(side.uint16())));
      },
      restore: (symbols, scales) => restoreLevels(symbols, scales, bucketOf(symbols.length), count),
    });
  },
});
