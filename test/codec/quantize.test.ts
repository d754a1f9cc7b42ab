import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import limits from '../vectors/codec-limits.json' with { type: 'json' };
import { coding, contextOf, gaussian, heavyTailed } from './vectors.js';

const encode = (value: Float32Array, options: Record<string, unknown>, round = 0) =>
  createCodec(coding([{ quantize: options }])).encode(value, contextOf(value.length, { round }), {});

const nmseOf = (value: Float32Array, options: Record<string, unknown>): number => {
  const { measures } = encode(value, options);
  return measures.errorEnergy / measures.inputEnergy;
};

const largest = (value: Float32Array): number => value.reduce((max, x) => Math.max(max, Math.abs(x)), 0);

describe('nearest rounding', () => {
  test.each([2, 3, 4, 8, 11, 16])(
    '%i bits: every error is at most half a step, zero and the largest are exact',
    (bits) => {
      const value = gaussian(1000);
      value[17] = 0;
      const { decoded } = encode(value, { bits });
      const top = largest(value);
      const halfStep = top / (2 ** bits - 2);
      expect(decoded.every((x, i) => Math.abs(x - value[i]) <= halfStep * (1 + 1e-5))).toBe(true);
      expect(decoded[17]).toBe(0);
      expect(largest(decoded)).toBe(top);
    },
  );

  test('no level is nearer than the one taken', () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ noNaN: true, min: -1e3, max: 1e3 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 2, max: 9 }),
        (list, bits) => {
          const value = Float32Array.from(list);
          const { decoded } = encode(value, { bits });
          const step = largest(value) / (2 ** (bits - 1) - 1);
          expect(decoded.every((x, i) => Math.abs(x - value[i]) <= step * 0.500001 + 1e-44)).toBe(true);
        },
      ),
    );
  });

  test('one bit: two levels at plus and minus the largest', () => {
    const value = Float32Array.of(0.2, -0.1, 3, -2);
    expect(Array.from(encode(value, { bits: 1 }).decoded)).toEqual([3, -3, 3, -3]);
  });

  // One vector's NMSE depends on its largest value; these bands hold for 2^20 values and several seeds.
  test.each([
    [8, null, 1.22e-4, 0.25],
    [4, null, 0.0403, 0.25],
    [8, 64, 3.5e-5, 0.06],
    [4, 64, 0.0116, 0.03],
  ])('%i bits, block %s: the NMSE on a Gaussian is about %f', (bits, block, expected, tolerance) => {
    expect(Math.abs(nmseOf(gaussian(2 ** 18), { bits, block }) / expected - 1)).toBeLessThan(tolerance);
  });
});

describe('gaussian scale', () => {
  test.each(Object.entries(limits.uniformMidrise))(
    '%s bits: the NMSE is that of the best uniform quantizer',
    (bits, { mse }) => {
      const nmse = nmseOf(gaussian(200_000), { bits: Number(bits), scale: 'gaussian' });
      expect(Math.abs(nmse / mse - 1)).toBeLessThan(0.06);
    },
  );

  test.each(Object.entries(limits.uniformMidrise))('%s bits: levels are the table’s step apart', (bits, { step }) => {
    const value = gaussian(5000);
    const rms = Math.sqrt(value.reduce((sum, x) => sum + x * x, 0) / value.length);
    const levels = Array.from(new Set(encode(value, { bits: Number(bits), scale: 'gaussian' }).decoded)).sort(
      (a, b) => a - b,
    );
    const gaps = levels.slice(1).map((level, i) => (level - levels[i]) / (rms * step));
    for (const gap of gaps) expect(Math.abs(gap - Math.round(gap))).toBeLessThan(1e-3);
    expect(Math.min(...gaps)).toBeCloseTo(1, 3);
  });
});

describe('stochastic rounding', () => {
  const rounds = 3000;
  const value = gaussian(200);

  test.each([{ bits: 1 }, { bits: 2 }, { bits: 4 }, { bits: 8 }, { bits: 3, block: 16 }])(
    'is unbiased, its variance is step² f (1 − f): %j',
    (options) => {
      const sums = new Float64Array(value.length);
      const squares = new Float64Array(value.length);
      for (let round = 0; round < rounds; round++) {
        const { decoded } = encode(value, { ...options, rounding: 'stochastic' }, round);
        for (let i = 0; i < value.length; i++) {
          sums[i] += decoded[i] - value[i];
          squares[i] += (decoded[i] - value[i]) ** 2;
        }
      }
      let expectedVariance = 0;
      for (let i = 0; i < value.length; i++) {
        const deviation = Math.sqrt(squares[i] / rounds);
        expect(Math.abs(sums[i] / rounds)).toBeLessThan((4.7 * deviation) / Math.sqrt(rounds) + 1e-6);
        const levels = options.bits === 1 ? 2 : 2 ** options.bits - 1;
        if ('block' in options) continue;
        const step = (2 * largest(value)) / (levels - 1);
        const place = (value[i] + largest(value)) / step;
        const part = place - Math.floor(place);
        expectedVariance += step * step * part * (1 - part);
      }
      if ('block' in options) return;
      const variance = squares.reduce((sum, square) => sum + square / rounds, 0);
      expect(Math.abs(variance / expectedVariance - 1)).toBeLessThan(0.03);
    },
  );

  test('a value on a level stays', () => {
    const levels = Float32Array.from({ length: 15 }, (_, i) => (i - 7) / 7);
    for (let round = 0; round < 200; round++) {
      expect(encode(levels, { bits: 4, rounding: 'stochastic' }, round).decoded).toEqual(levels);
    }
  });

  test('the NMSE on a Gaussian is about twice that of nearest rounding', () => {
    const nmse = nmseOf(gaussian(2 ** 18), { bits: 8, rounding: 'stochastic' });
    expect(Math.abs(nmse / 2.44e-4 - 1)).toBeLessThan(0.25);
  });

  test('depends on the key and on nothing else', () => {
    const options = { bits: 4, rounding: 'stochastic' };
    expect(encode(value, options, 1).payload).toEqual(encode(value, options, 1).payload);
    expect(encode(value, options, 1).payload).not.toEqual(encode(value, options, 2).payload);
  });
});

describe('blocks', () => {
  test('an outlier spoils its own block only', () => {
    const value = gaussian(256);
    value[200] = 1e6;
    const { decoded } = encode(value, { bits: 8, block: 64 });
    expect(decoded.subarray(0, 192).every((x, i) => Math.abs(x - value[i]) < 0.02)).toBe(true);
    expect(decoded.subarray(192, 200).every((x) => x === 0)).toBe(true);
  });

  test('cost two bytes a block, one scale four', () => {
    const value = heavyTailed(1000);
    expect(encode(value, { bits: 4, block: 64 }).payload.length).toBe(11 + 500 + 2 * 16);
    expect(encode(value, { bits: 4 }).payload.length).toBe(11 + 500 + 4);
  });
});
