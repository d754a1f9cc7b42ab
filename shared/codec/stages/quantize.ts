import { z } from 'zod';
import { quantizerTransform, type Quantizer } from '../quantizer.js';
import { bfloat16Above, checkScale, fromBfloat16, largestMagnitude, readScale, rootMeanSquare } from '../scale.js';
import { defineTransform } from '../stage-interface.js';
import { saturate } from '../value.js';
import { restoreLevels, roundNearest, roundStochastic } from '../uniform-levels.js';

/** Steps of the best uniform quantizers of a standard Gaussian, 1 to 8 bits (Max 1960, Quantizing for Minimum Distortion, table II; recomputed). */
const gaussianSteps = [
  1.595769121605731, 0.9956866846034285, 0.5860194328670292, 0.3352006119619424, 0.18813879312044737,
  0.10406300799748563, 0.056867673450661016, 0.030762382376754938,
];

const options = z
  .strictObject({
    bits: z.int().min(1).max(16).default(8).describe('bits a value, 1 to 16'),
    rounding: z
      .enum(['nearest', 'stochastic'])
      .default('nearest')
      .describe('nearest: least error; stochastic: up or down at random, so that the expectation is the value'),
    scale: z
      .enum(['absmax', 'gaussian'])
      .default('absmax')
      .describe('outermost level: the largest magnitude, or the best for a Gaussian, larger values being cut off'),
    block: z.int().min(1).nullable().default(null).describe('values that share a scale, at least 1; null: all'),
  })
  .refine(({ bits, scale }) => scale === 'absmax' || bits <= 8, {
    message: 'Gaussian scales are for 1 to 8 bits',
    path: ['bits'],
  });

interface Options {
  readonly bits: number;
  readonly rounding: 'nearest' | 'stochastic';
  readonly scale: 'absmax' | 'gaussian';
  readonly block: number | null;
}

/** An odd number of levels, so that zero is one, but with one bit; a Gaussian is served best by an even number. */
const levelCount = ({ bits, scale }: Options): number =>
  scale === 'gaussian' || bits === 1 ? 2 ** bits : 2 ** bits - 1;

const outermostLevel = (values: Float32Array, { bits, scale }: Options): number =>
  scale === 'absmax'
    ? largestMagnitude(values)
    : saturate(rootMeanSquare(values) * gaussianSteps[bits - 1] * ((2 ** bits - 1) / 2));

/** One float32 for all values, or a bfloat16 rounded up for each block. */
const makeQuantizer = (chosen: Options): Quantizer<Float32Array> => {
  const levels = levelCount(chosen);
  const blockLength = (count: number): number => chosen.block ?? Math.max(1, count);
  return {
    alphabet: () => levels,
    scaleBytes: (count) => (chosen.block === null ? 4 : 2 * Math.ceil(count / chosen.block)),
    quantize: (values, _shape, side, unit) => {
      const length = blockLength(values.length);
      const scales = new Float32Array(chosen.block === null ? 1 : Math.ceil(values.length / length));
      for (let i = 0; i < scales.length; i++) {
        const scale = outermostLevel(values.subarray(i * length, (i + 1) * length), chosen);
        if (chosen.block === null) side.float32((scales[i] = scale));
        else side.uint16(bfloat16Above((scales[i] = fromBfloat16(bfloat16Above(scale)))));
      }
      const symbols =
        chosen.rounding === 'nearest'
          ? roundNearest(values, scales, length, levels)
          : roundStochastic(values, scales, length, levels, unit.random('quantize'));
      return { symbols, scales };
    },
    readScales: (count, side) => {
      if (chosen.block === null) return Float32Array.of(readScale(side));
      const blocks = Math.ceil(count / chosen.block);
      side.requireBits(16 * blocks);
      return Float32Array.from({ length: blocks }, () => checkScale(fromBfloat16(side.uint16())));
    },
    restore: (symbols, scales) => restoreLevels(symbols, scales, blockLength(symbols.length), levels),
  };
};

/** Evenly spaced levels between −s and s. */
export const quantize = defineTransform({
  name: 'quantize',
  code: 16,
  role: 'quantizer',
  summary: 'rounds values to evenly spaced levels',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: 'b a value + 32, or + 16 a block',
  bias: 'stochastic with absmax: unbiased, each error below one step; nearest: at most half a step',
  paper: 'Suresh et al. 2017, Distributed Mean Estimation with Limited Communication; Max 1960 for gaussian',
  options,
  shorthand: 'bits',
  create: (chosen) => quantizerTransform(makeQuantizer(chosen)),
});
