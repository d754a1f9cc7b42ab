import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { largestMagnitude } from '../scale.js';
import { e4m3, e5m2, nearestCode } from '../small-floats.js';
import { malformed } from '../streams/malformed.js';
import { defineTransform } from '../stage-interface.js';
import { saturate } from '../value.js';

const options = z.strictObject({
  format: z
    .enum(['e4m3', 'e5m2'])
    .default('e4m3')
    .describe('e4m3: 3 bits of fraction, 2^18 between smallest and largest; e5m2: 2 bits, 2^32'),
});

const formats = { e4m3, e5m2 };

/** The least power of two that brings the largest magnitude into the format. */
const exponentFor = (largest: number, most: number): number => {
  if (largest === 0) return 0;
  let exponent = -149;
  let reach = most * 2 ** exponent;
  while (reach < largest) {
    exponent++;
    reach *= 2;
  }
  return exponent;
};

/** Eight-bit floats times a common power of two. A symbol is the magnitude's number, then all negative ones. */
export const float8 = defineTransform({
  name: 'float8',
  code: 53,
  role: 'quantizer',
  summary: 'eight-bit floats with a common power of two',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '8 a value + 16',
  bias: 'rounds to nearest even; NMSE 7.1e-4 (e4m3) or 2.8e-3 (e5m2) on a Gaussian',
  paper: 'Micikevicius et al. 2022, FP8 Formats for Deep Learning',
  options,
  shorthand: 'format',
  create: ({ format: name }) => {
    const format = formats[name];
    const { magnitudes } = format;
    const count = magnitudes.length;
    const most = magnitudes[count - 1];
    return quantizerTransform<number>({
      alphabet: () => 2 * count,
      scaleBytes: () => 2,
      quantize: (values, _shape, side) => {
        const exponent = exponentFor(largestMagnitude(values), most);
        side.uint16(exponent + 149);
        const factor = 2 ** -exponent;
        const symbols = new Uint16Array(values.length);
        for (let i = 0; i < values.length; i++) {
          symbols[i] = nearestCode(format, Math.abs(values[i]) * factor) + (values[i] < 0 ? count : 0);
        }
        return { symbols, scales: 2 ** exponent };
      },
      readScales: (_count, side) => {
        const exponent = side.uint16() - 149;
        if (exponent > 127) malformed('codec/bad-scale', `The power 2^${exponent} is out of range.`);
        return 2 ** exponent;
      },
      restore: (symbols, scale) => {
        const table = Float32Array.from({ length: 2 * count }, (_, symbol) =>
          saturate(symbol < count ? magnitudes[symbol] * scale : -magnitudes[symbol - count] * scale),
        );
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) values[i] = table[symbols[i]];
        return values;
      },
    });
  },
});
