import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { alphabetUpTo, mostMagnitude, toInteger, toSymbol } from '../signed-symbols.js';
import { malformed } from '../streams/malformed.js';
import { defineTransform } from '../stage-interface.js';
import { saturate } from '../value.js';

/** Exponents of the powers of two that are floats. */
const [leastExponent, greatestExponent] = [-149, 127];

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The exponent of the greatest power of two that a float other than 0 is a multiple of. */
const lastBit = (value: number): number => {
  float[0] = value;
  const fraction = word[0] & 0x7fffff;
  const exponent = (word[0] >>> 23) & 255;
  const significand = exponent === 0 ? fraction : fraction | 0x800000;
  return Math.max(exponent, 1) - 150 + (31 - Math.clz32(significand & -significand));
};

/** The exponent of the step, and the greatest magnitude in steps; 0 and 0 of zeros. */
const stepOf = (values: Float32Array): { exponent: number; magnitude: number } => {
  let exponent = greatestExponent;
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    exponent = Math.min(exponent, lastBit(values[i]));
    largest = Math.max(largest, Math.abs(values[i]));
  }
  if (largest === 0) return { exponent: 0, magnitude: 0 };
  while (Math.round(largest / 2 ** exponent) > mostMagnitude) exponent++;
  return { exponent, magnitude: Math.round(largest / 2 ** exponent) };
};

interface Scale {
  readonly step: number;
  readonly magnitude: number;
}

/** Multiples of a power of two as integers: without loss where they are that, and no larger than 32,767 steps. */
export const integers = defineTransform({
  name: 'integers',
  code: 144,
  role: 'quantizer',
  summary: 'values as integer multiples of a power of two, for values that are that',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '⌈log2(2 m + 1)⌉ a value + 32, with m the largest magnitude in steps',
  bias: 'lossless for multiples of a power of two up to 32,767 of it; others are rounded to the nearest step',
  paper: 'IEEE 754-2019, binary32',
  options: z.strictObject({}),
  create: () =>
    quantizerTransform<Scale>({
      alphabet: (_shape, scale) => alphabetUpTo(scale?.magnitude ?? mostMagnitude),
      scaleBytes: () => 4,
      quantize: (values, _shape, side) => {
        const { exponent, magnitude } = stepOf(values);
        side.uint16(exponent - leastExponent);
        side.uint16(magnitude);
        const step = 2 ** exponent;
        const symbols = new Uint16Array(values.length);
        for (let i = 0; i < values.length; i++) symbols[i] = toSymbol(Math.round(values[i] / step));
        return { symbols, scales: { step, magnitude } };
      },
      readScales: (_count, side) => {
        const exponent = side.uint16() + leastExponent;
        const magnitude = side.uint16();
        if (exponent > greatestExponent || magnitude > mostMagnitude) {
          malformed('codec/bad-scale', `Steps of 2^${exponent} up to ${magnitude} are out of range.`);
        }
        return { step: 2 ** exponent, magnitude };
      },
      restore: (symbols, { step }) => {
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) values[i] = saturate(toInteger(symbols[i]) * step);
        return values;
      },
    }),
});
