import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { bfloat16Above, checkScale, fromBfloat16, largestMagnitude } from '../scale.js';
import { defineTransform } from '../stage-interface.js';
import { saturate } from '../value.js';

/** The format's sixteen levels: quantiles of a Gaussian between −1 and 1, zero among them. */
const levels = Float32Array.of(
  -1,
  -0.6961928,
  -0.52507305,
  -0.3949175,
  -0.28444138,
  -0.18477343,
  -0.091050036,
  0,
  0.0795803,
  0.1609302,
  0.2461123,
  0.33791524,
  0.44070983,
  0.562617,
  0.72295684,
  1,
);
const borders = Float64Array.from({ length: 15 }, (_, i) => (levels[i] + levels[i + 1]) / 2);

/** Parts of the range from −1 to 1: so many that none has two borders in it. */
const parts = 256;
/** The symbol at each part's beginning. */
const symbolAt = Uint16Array.from({ length: parts + 1 }, (_, i) => {
  const beginning = (2 * i) / parts - 1;
  return borders.filter((border) => border < beginning).length;
});

/** How many borders a value from −1 to 1 is above: that of its part, or one more. */
const symbolOf = (value: number): number => {
  const symbol = symbolAt[((value + 1) * (parts / 2)) | 0];
  return symbol + (value > borders[symbol] ? 1 : 0);
};

const options = z.strictObject({
  block: z.int().min(1).default(64).describe('values that share a scale, at least 1'),
});

/** Sixteen levels at quantiles of a Gaussian, times the largest magnitude of a block, a bfloat16 rounded up. */
export const nf4 = defineTransform({
  name: 'nf4',
  code: 56,
  role: 'quantizer',
  summary: 'four bits: levels at quantiles of a Gaussian, a scale a block',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '4 a value + 16 a block',
  bias: 'rounds to nearest; NMSE 0.0085 on a Gaussian with blocks of 64',
  paper: 'Dettmers et al. 2023, QLoRA: Efficient Finetuning of Quantized LLMs',
  options,
  shorthand: 'block',
  create: ({ block }) => {
    const blocks = (values: number): number => Math.ceil(values / block);
    return quantizerTransform<Float32Array>({
      alphabet: () => 16,
      scaleBytes: (values) => 2 * blocks(values),
      quantize: (values, _shape, side) => {
        const scales = new Float32Array(blocks(values.length));
        const symbols = new Uint16Array(values.length);
        for (let b = 0; b < scales.length; b++) {
          const [start, end] = [b * block, Math.min(values.length, (b + 1) * block)];
          const bits = bfloat16Above(largestMagnitude(values, start, end));
          side.uint16(bits);
          scales[b] = fromBfloat16(bits);
          for (let i = start; i < end; i++) {
            symbols[i] = symbolOf(scales[b] === 0 ? 0 : values[i] / scales[b]);
          }
        }
        return { symbols, scales };
      },
      readScales: (values, side) => {
        side.requireBits(16 * blocks(values));
        return Float32Array.from({ length: blocks(values) }, () => checkScale(fromBfloat16(side.uint16())));
      },
      restore: (symbols, scales) => {
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) {
          values[i] = saturate(levels[symbols[i]] * scales[Math.floor(i / block)]);
        }
        return values;
      },
    });
  },
});
