import { z } from 'zod';
import { wordsOf } from '../negative.js';
import { drawNoise, noiseOf } from '../noise.js';
import { quantizerTransform } from '../quantizer.js';
import { largestMagnitude, readScale, rootMeanSquare } from '../scale.js';
import { alphabetUpTo, mostMagnitude, toInteger, toSymbol } from '../signed-symbols.js';
import { malformed } from '../streams/malformed.js';
import { defineTransform } from '../stage-interface.js';
import { saturate } from '../value.js';

const fields = z.strictObject({
  size: z.number().gt(0).max(1e6).default(2).describe('the step, in root mean squares of the values, above 0'),
  rounding: z
    .enum(['nearest', 'stochastic', 'dithered'])
    .default('nearest')
    .describe(
      'nearest: least error; stochastic: up or down at random, so that the expectation is the value; dithered: the same, and the decoder, which knows the random numbers, takes them away again',
    ),
  decay: z
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe('what the size is multiplied by from round to round, from the second on, above 0, at most 1'),
  powerOfTwo: z
    .boolean()
    .default(false)
    .describe('whether the step is rounded to a power of two, so that sums of decoded vectors are exact'),
  zero: z.number().min(0.5).max(4).default(1).describe('width of the cell of 0, in steps, 0.5 to 4'),
  restore: z
    .enum(['means', 'multiples'])
    .optional()
    .describe(
      'what symbols are restored to: the mean of what was rounded to them, or the multiple; without it means with nearest rounding unless powerOfTwo, else multiples',
    ),
});

const options = fields
  .refine(({ rounding, zero, restore }) => rounding === 'nearest' || (zero === 1 && restore !== 'means'), {
    message: 'Random rounding has cells of one width, and multiples only',
    path: ['rounding'],
  })
  .refine(({ rounding, powerOfTwo }) => rounding !== 'dithered' || !powerOfTwo, {
    message: 'A dithered value is no multiple of a power of two',
    path: ['powerOfTwo'],
  });

type Options = z.infer<typeof options>;

/** Magnitudes with a mean of their own; beyond, few values are left. */
const mostMeans = 8;

const meanCount = ({ rounding, powerOfTwo, restore }: Options, magnitude: number): number => {
  const unless = rounding === 'nearest' && !powerOfTwo ? 'means' : 'multiples';
  return (restore ?? unless) === 'means' ? Math.min(magnitude, mostMeans) : 0;
};

/** The mean magnitude of what has each of the first symbols, as float32; the multiple where there is none. */
const meansOf = (values: Float32Array, symbols: Uint16Array, count: number, step: number): Float32Array => {
  const sums = new Float64Array(count);
  const counts = new Uint32Array(count);
  for (let i = 0; i < values.length; i++) {
    const magnitude = (symbols[i] + 1) >>> 1;
    if (magnitude === 0 || magnitude > count) continue;
    sums[magnitude - 1] += Math.abs(values[i]);
    counts[magnitude - 1]++;
  }
  return Float32Array.from(sums, (sum, i) => (counts[i] > 0 ? sum / counts[i] : (i + 1) * step));
};

/** The nearest power of two, in the logarithm; only comparisons and products, which are the same everywhere. */
const nearestPowerOfTwo = (value: number): number => {
  let power = 1;
  while (power > value * Math.SQRT1_2) power /= 2;
  while (power < value * Math.SQRT1_2) power *= 2;
  return power;
};

/** Steps below the least normal float would lose digits. */
const leastStep = 2 ** -126;

/** Powers by products alone, which are the same everywhere. */
const power = (base: number, exponent: number): number => {
  let result = 1;
  let square = base;
  for (let left = exponent; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
};

/** A float32 that is large enough for the largest magnitude to have a symbol, rounded up, too; 0 where zeros are dithered. */
const stepOf = (values: Float32Array, { size, rounding, powerOfTwo, decay }: Options, round: number): number => {
  const inMeanSquares = size * power(decay, Math.max(0, round - 1));
  const largest = largestMagnitude(values);
  if (largest === 0 && rounding === 'dithered') return 0;
  const most = rounding === 'nearest' ? mostMagnitude : mostMagnitude - 1;
  const wanted = Math.max(inMeanSquares * rootMeanSquare(values), largest / most, leastStep);
  const step = powerOfTwo ? nearestPowerOfTwo(Math.min(wanted, 2 ** 126)) : saturate(wanted);
  const float = Math.fround(step);
  return largest / float > most + 0.5 ? 2 * float : float;
};

interface Scale {
  readonly step: number;
  /** The largest integer. */
  readonly magnitude: number;
  /** What the integers 1, 2, … are restored to, as far as they are not multiples. */
  readonly means: Float32Array;
  /** The dither, where there is one. */
  readonly noise: Uint32Array | null;
}

/** A magnitude a has the integer ⌊a / step + offset⌋: with a cell of 0 as wide as the others that is rounding. */
const roundMagnitudes = (values: Float32Array, step: number, zero: number): Uint16Array => {
  const offset = 1 - zero / 2;
  const factor = 1 / step;
  const words = wordsOf(values);
  const symbols = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const integer = Math.trunc(Math.min(mostMagnitude, Math.max(0, Math.abs(values[i]) * factor + offset)));
    // 2 n, less 1 where a number below zero has not become 0: without a branch on its sign.
    symbols[i] = 2 * integer - ((words[i] & -integer) >>> 31);
  }
  return symbols;
};

/** The multiple below or above, with the probability of how near it is. */
const roundWithNoise = (values: Float32Array, step: number, noise: Uint32Array): Uint16Array => {
  const factor = step === 0 ? 0 : 1 / step;
  const symbols = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const steps = Math.floor(values[i] * factor + noiseOf(noise, i));
    symbols[i] = toSymbol(Math.max(-mostMagnitude, Math.min(mostMagnitude, steps)));
  }
  return symbols;
};

const largestInteger = (symbols: Uint16Array): number => {
  let largest = 0;
  for (let i = 0; i < symbols.length; i++) if (symbols[i] > largest) largest = symbols[i];
  return (largest + 1) >>> 1;
};

/** Multiples less the noise about its mean. */
const restoreDithered = (symbols: Uint16Array, step: number, noise: Uint32Array): Float32Array => {
  const values = new Float32Array(symbols.length);
  for (let i = 0; i < symbols.length; i++) {
    values[i] = saturate((toInteger(symbols[i]) - (noiseOf(noise, i) - 0.5)) * step);
  }
  return values;
};

/** Floats by symbol where there are few symbols, so that none is computed twice. */
const restoreAll = (symbols: Uint16Array, { step: length, means }: Scale): Float32Array => {
  const valueOf = (symbol: number): number => {
    const integer = toInteger(symbol);
    const mean = Math.abs(integer) <= means.length && integer !== 0 ? means[Math.abs(integer) - 1] : null;
    return mean === null ? saturate(integer * length) : Math.sign(integer) * mean;
  };
  const table = Float32Array.from({ length: 256 }, (_, symbol) => valueOf(symbol));
  const values = new Float32Array(symbols.length);
  for (let i = 0; i < symbols.length; i++) values[i] = symbols[i] < 256 ? table[symbols[i]] : valueOf(symbols[i]);
  return values;
};

/** Multiples of one step, as many as there need to be; an entropy coder makes the frequent ones short. */
export const step = defineTransform({
  name: 'step',
  code: 48,
  role: 'quantizer',
  summary: 'rounds values to multiples of a step, for an entropy coder to make short',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: 'with an entropy coder the entropy of the multiples, + 48, + 32 a mean',
  bias: 'rounds to nearest: an error of at most half a step; with an entropy coder 0.25 bit from the Shannon limit at high rate; stochastic and dithered: unbiased',
  paper:
    'Mitchell, Ballé, Charles and Konečný 2022, Optimizing the Communication-Accuracy Trade-off in Federated Learning',
  options,
  shorthand: 'size',
  create: (chosen) =>
    quantizerTransform<Scale>({
      alphabet: (_shape, scale) => alphabetUpTo(scale?.magnitude ?? mostMagnitude),
      scaleBytes: () => 6 + 4 * mostMeans,
      quantize: (values, _shape, side, unit) => {
        const length = stepOf(values, chosen, unit.round);
        const noise = chosen.rounding === 'nearest' ? null : drawNoise(unit.random('step'), values.length);
        const symbols =
          noise === null ? roundMagnitudes(values, length, chosen.zero) : roundWithNoise(values, length, noise);
        const magnitude = largestInteger(symbols);
        const means = meansOf(values, symbols, meanCount(chosen, magnitude), length);
        side.float32(length);
        side.uint16(magnitude);
        for (const mean of means) side.float32(mean);
        return {
          symbols,
          scales: { step: length, magnitude, means, noise: chosen.rounding === 'dithered' ? noise : null },
        };
      },
      readScales: (count, side, _shape, unit) => {
        const length = readScale(side);
        const magnitude = side.uint16();
        if (magnitude > mostMagnitude) malformed('codec/bad-scale', `The magnitude ${magnitude} is above 32,767.`);
        const means = Float32Array.from({ length: meanCount(chosen, magnitude) }, () => readScale(side));
        const noise = chosen.rounding === 'dithered' ? drawNoise(unit.random('step'), count) : null;
        return { step: length, magnitude, means, noise };
      },
      restore: (symbols, scale) =>
        scale.noise === null ? restoreAll(symbols, scale) : restoreDithered(symbols, scale.step, scale.noise),
    }),
});
