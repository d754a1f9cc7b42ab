import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { defineTransform } from '../stage-interface.js';
import type { RandomStream } from '../../util/random.js';

/*
 * A symbol is 0 for zero, else 1 + 2 (e − 1) + sign with e the biased exponent of a float32, 1 to 254: nine bits.
 */
const alphabet = 1 + 2 * 254;
const mostExponent = 254;

const chunk = 8192;

/** Below the least normal float the neighbours are 0 and that float, and at the top there is none above. */
const roundToPowers = (values: Float32Array, random: RandomStream): Uint16Array => {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const symbols = new Uint16Array(values.length);
  const draws = new Uint32Array(Math.min(chunk, values.length));
  for (let start = 0; start < values.length; start += chunk) {
    const end = Math.min(values.length, start + chunk);
    random.fill(draws.subarray(0, end - start));
    for (let i = start; i < end; i++) {
      const word = words[i];
      const exponent = (word >>> 23) & 255;
      // The fraction is the probability of going up, to all its 23 bits.
      const up = draws[i - start] >>> 9 < (word & 0x7fffff) ? 1 : 0;
      const rounded = Math.min(mostExponent, exponent + up);
      if (rounded > 0) symbols[i] = 2 * rounded - 1 + (word >>> 31);
    }
  }
  return symbols;
};

/** Every power of two among the normal floats, by symbol. */
const powers = Float32Array.from({ length: alphabet }, (_, symbol) =>
  symbol === 0 ? 0 : (symbol & 1 ? 1 : -1) * 2 ** (((symbol + 1) >>> 1) - 127),
);

/** Values become one of the two neighbouring powers of two, at random. */
export const natural = defineTransform({
  name: 'natural',
  code: 51,
  role: 'quantizer',
  summary: 'rounds at random to a neighbouring power of two',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '9 a value, or their entropy',
  bias: 'unbiased below 2^127; NMSE at most 1/8, 0.0817 on a Gaussian',
  paper: 'Horváth et al. 2022, Natural Compression for Distributed Deep Learning',
  options: z.strictObject({}),
  create: () =>
    quantizerTransform<null>({
      alphabet: () => alphabet,
      scaleBytes: () => 0,
      quantize: (values, _shape, _side, unit) => ({
        symbols: roundToPowers(values, unit.random('natural')),
        scales: null,
      }),
      readScales: () => null,
      restore: (symbols) => {
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) values[i] = powers[symbols[i]];
        return values;
      },
    }),
});
