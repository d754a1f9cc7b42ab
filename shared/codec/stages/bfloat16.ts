import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { defineTransform } from '../stage-interface.js';

/** A symbol is the upper half of the float's word; above the largest bfloat16 are only infinity and NaNs. */
const largest = 0x7f7f;

/** The upper half of float32, rounded to nearest even: float32's range with eight significant bits. */
export const bfloat16 = defineTransform({
  name: 'bfloat16',
  code: 54,
  role: 'quantizer',
  summary: 'the upper half of float32',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '16 a value',
  bias: 'rounds to nearest even: relative error at most 2^−9; NMSE 2.8e-6 on a Gaussian',
  paper: 'Kalamkar et al. 2019, A Study of BFLOAT16 for Deep Learning Training',
  options: z.strictObject({}),
  create: () =>
    quantizerTransform<null>({
      alphabet: () => 65536,
      scaleBytes: () => 0,
      quantize: (values) => {
        const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
        const symbols = new Uint16Array(values.length);
        for (let i = 0; i < words.length; i++) {
          const magnitude = words[i] & 0x7fffffff;
          const rounded = (magnitude + 0x7fff + ((magnitude >>> 16) & 1)) >>> 16;
          symbols[i] = (rounded > largest ? largest : rounded) | ((words[i] >>> 16) & 0x8000);
        }
        return { symbols, scales: null };
      },
      readScales: () => null,
      restore: (symbols) => {
        const words = new Uint32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) {
          const magnitude = symbols[i] & 0x7fff;
          words[i] = ((magnitude > largest ? largest : magnitude) << 16) | ((symbols[i] & 0x8000) << 16);
        }
        return new Float32Array(words.buffer);
      },
    }),
});
