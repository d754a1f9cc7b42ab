import { z } from 'zod';
import { fromHalfBits, halfInfinity, halvesOf } from '../half.js';
import { quantizerTransform } from '../quantizer.js';
import { largestMagnitude } from '../scale.js';
import { defineTransform } from '../stage-interface.js';
import { saturate } from '../value.js';

/** A symbol is the bits of a finite half; negative ones follow the positive ones without the gap of infinities and NaNs. */
const alphabet = 2 * halfInfinity;

/** All halves by symbol, made when first needed. */
let halves: Float32Array | undefined;
const allHalves = (): Float32Array =>
  (halves ??= Float32Array.from({ length: alphabet }, (_, symbol) =>
    symbol < halfInfinity ? fromHalfBits(symbol) : -fromHalfBits(symbol - halfInfinity),
  ));

/** The least power of two by which the largest magnitude becomes a finite half: 15 binades below its own. */
const exponentFor = (largest: number): number => {
  if (largest === 0) return 0;
  const exponent = Math.max(-128, Math.floor(Math.log2(largest)) - 15);
  return halvesOf(Float32Array.of(largest * 2 ** -exponent))[0] < halfInfinity ? exponent : exponent + 1;
};

/**
 * Half precision times a power of two that brings the largest value to the top of the range, so that nothing
 * overflows and small updates don't vanish.
 */
export const float16 = defineTransform({
  name: 'float16',
  code: 19,
  role: 'quantizer',
  summary: 'half precision with a common power of two',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '16 a value + 8',
  bias: 'rounds to nearest even: relative error at most 2^−11 down to 2^−29 of the largest value; NMSE 4.3e-8 on a Gaussian',
  paper: 'IEEE 754-2019, binary16',
  options: z.strictObject({}),
  create: () =>
    quantizerTransform<number>({
      alphabet: () => alphabet,
      scaleBytes: () => 1,
      quantize: (values, _shape, side) => {
        const exponent = exponentFor(largestMagnitude(values));
        side.uint8(exponent & 255);
        const factor = 2 ** -exponent;
        const magnitudes = new Float32Array(values.length);
        for (let i = 0; i < values.length; i++) magnitudes[i] = Math.abs(values[i]) * factor;
        const symbols = halvesOf(magnitudes);
        for (let i = 0; i < values.length; i++) if (values[i] < 0) symbols[i] += halfInfinity;
        return { symbols, scales: 2 ** exponent };
      },
      readScales: (_count, side) => 2 ** ((side.uint8() << 24) >> 24),
      restore: (symbols, scale) => {
        const table = allHalves();
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) values[i] = saturate(table[symbols[i]] * scale);
        return values;
      },
    }),
});
