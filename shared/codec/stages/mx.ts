import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { largestMagnitude } from '../scale.js';
import { e2m1, e4m3, e5m2, nearestCode } from '../small-floats.js';
import { defineTransform } from '../stage-interface.js';
import { malformed } from '../streams/malformed.js';
import { saturate } from '../value.js';

const options = z.strictObject({
  element: z
    .enum(['fp4', 'fp8-e4m3', 'fp8-e5m2'])
    .default('fp4')
    .describe('the element: fp4 (MXFP4), fp8-e4m3 or fp8-e5m2 (MXFP8)'),
});

const formats = { fp4: e2m1, 'fp8-e4m3': e4m3, 'fp8-e5m2': e5m2 };

/** Elements that share a power of two, an E8M0: 2^−127 to 2^127, 255 being no number. */
const block = 32;
const scaleBias = 127;
const noNumber = 255;

const wordOf = new Uint32Array(1);
const floatOf = new Float32Array(wordOf.buffer);

/** ⌊log2⌋ of a positive float, from its bits. */
const floorLog2 = (value: number): number => {
  floatOf[0] = value;
  const exponent = wordOf[0] >>> 23;
  return exponent > 0 ? exponent - 127 : -118 - Math.clz32(wordOf[0]);
};

/** Blocks of small floats, each with a power of two that follows from its largest magnitude. */
export const mx = defineTransform({
  name: 'mx',
  code: 55,
  role: 'quantizer',
  summary: 'blocks of 32 small floats with a power of two each',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '4.25 (fp4) or 8.25 (fp8) a value',
  bias: 'rounds to nearest even, the largest of a block may be cut off; NMSE on a Gaussian 0.013 (fp4), 8.6e-4 (fp8-e4m3)',
  paper: 'Rouhani et al. 2023, Microscaling Data Formats for Deep Learning',
  options,
  shorthand: 'element',
  create: ({ element }) => {
    const format = formats[element];
    const { magnitudes } = format;
    const count = magnitudes.length;
    /** By their symbols. */
    const elements = Float32Array.from({ length: 2 * count }, (_, symbol) =>
      symbol < count ? magnitudes[symbol] : -magnitudes[symbol - count],
    );
    const topExponent = floorLog2(magnitudes[count - 1]);
    const blocks = (values: number): number => Math.ceil(values / block);
    return quantizerTransform<Float32Array>({
      alphabet: () => 2 * count,
      scaleBytes: (values) => blocks(values),
      quantize: (values, _shape, side) => {
        const scales = new Float32Array(blocks(values.length));
        const symbols = new Uint16Array(values.length);
        for (let b = 0; b < scales.length; b++) {
          const [start, end] = [b * block, Math.min(values.length, (b + 1) * block)];
          const largest = largestMagnitude(values, start, end);
          const exponent = largest === 0 ? -scaleBias : Math.max(-scaleBias, floorLog2(largest) - topExponent);
          side.uint8(exponent + scaleBias);
          scales[b] = 2 ** exponent;
          const factor = 2 ** -exponent;
          for (let i = start; i < end; i++) {
            symbols[i] = nearestCode(format, Math.abs(values[i]) * factor) + (values[i] < 0 ? count : 0);
          }
        }
        return { symbols, scales };
      },
      readScales: (values, side) => {
        side.requireBits(8 * blocks(values));
        return Float32Array.from({ length: blocks(values) }, () => {
          const exponent = side.uint8();
          if (exponent === noNumber) malformed('codec/bad-scale', 'The scale of a block is no number.');
          return 2 ** (exponent - scaleBias);
        });
      },
      restore: (symbols, scales) => {
        const values = new Float32Array(symbols.length);
        for (let b = 0; b < scales.length; b++) {
          const end = Math.min(values.length, (b + 1) * block);
          for (let i = b * block; i < end; i++) values[i] = saturate(elements[symbols[i]] * scales[b]);
        }
        return values;
      },
    });
  },
});
