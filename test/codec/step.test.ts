import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { createStages } from '../../shared/codec/stage.js';
import { alphabetUpTo, mostMagnitude, toInteger, toSymbol } from '../../shared/codec/signed-symbols.js';
import { refused } from '../support/refusal.js';
import { codeOnce, expectUnbiased } from './laws.js';
import { contextOf, gaussian, heavyTailed, squaredDistance, energy } from './vectors.js';

const codecOf = (options: Record<string, unknown>) =>
  createCodec({ errorFeedback: false, scope: 'model', stages: [{ step: options }, { entropy: {} }] });

const code = (values: Float32Array, options: Record<string, unknown>) =>
  codecOf(options).encode(values, contextOf(values.length), {});

const rms = (values: Float32Array): number => Math.sqrt(energy(values) / values.length);

test.each([0.25, 1, 3, 10])('size %d: each error is at most half a step, on multiples of the step', (size) => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, min: -8, max: 8, minLength: 1, maxLength: 60 }), (values) => {
      const step = size * rms(values);
      const { decoded } = code(values, { size, restore: 'multiples' });
      const most = Math.max(0.5000005 * step, 2 ** -126);
      expect(values.every((value, i) => Math.abs(value - decoded[i]) <= most)).toBe(true);
      const means = code(values, { size }).decoded;
      expect(squaredDistance(values, means)).toBeLessThanOrEqual(squaredDistance(values, decoded) * (1 + 1e-5) + 1e-30);
    }),
  );
});

test('with powerOfTwo decoded values are multiples of a power of two within a factor √2 of the step asked for', () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, min: -8, max: 8, minLength: 1, maxLength: 60 }), (values) => {
      const wanted = rms(values);
      if (wanted < 2 ** -100) return;
      const { decoded } = code(values, { size: 1, powerOfTwo: true });
      const step = 2 ** Math.round(Math.log2(wanted));
      expect(decoded.every((value) => Number.isInteger(value / step) || Number.isInteger(value / (step / 2)))).toBe(
        true,
      );
      expect(values.every((value, i) => Math.abs(value - decoded[i]) <= 0.5000005 * Math.SQRT2 * wanted)).toBe(true);
    }),
  );
});

/* Entropy-coded scalar quantizers of a Gaussian: distortion at 1 and 2 bits with an ideal entropy code. */
describe.each([
  { bits: 1, nmse: 0.3483 },
  { bits: 2, nmse: 0.08893 },
])('at $bits bits', ({ bits, nmse }) => {
  test('the error on a Gaussian is that of the best entropy-coded scalar quantizer, within 3 %', () => {
    const values = gaussian(200_000, 3);
    let [low, high] = [0.05, 20];
    const bitsAt = (size: number): number => (8 * code(values, { size }).payload.length) / values.length;
    for (let i = 0; i < 14; i++) {
      const middle = Math.sqrt(low * high);
      if (bitsAt(middle) > bits) low = middle;
      else high = middle;
    }
    const { decoded } = code(values, { size: high });
    const measured = squaredDistance(values, decoded) / energy(values);
    expect(measured).toBeGreaterThan(0.97 * nmse);
    expect(measured).toBeLessThan(1.03 * nmse);
  });
});

describe('rounding at random', () => {
  const values = gaussian(300);
  const step = Math.fround(0.8 * rms(values));

  test('stochastic: unbiased, on multiples, the variance is step² Σ f (1 − f)', () => {
    const stage = { step: { size: 0.8, rounding: 'stochastic' } };
    expectUnbiased(values, [stage], 400);
    const parts = values.map((value) => value / step - Math.floor(value / step));
    const expected = step * step * parts.reduce((sum, f) => sum + f * (1 - f), 0);
    let variance = 0;
    for (let round = 0; round < 400; round++) {
      const { decoded } = codeOnce(values, [stage], round);
      expect(decoded.every((value) => Math.abs(value / step - Math.round(value / step)) < 1e-5)).toBe(true);
      variance += squaredDistance(values, decoded) / 400;
    }
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.03);
  });

  test('dithered: errors are uniform within half a step: their mean square is step²/12', () => {
    const stage = { step: { size: 0.8, rounding: 'dithered' } };
    expectUnbiased(values, [stage], 400);
    let squares = 0;
    for (let round = 0; round < 400; round++) {
      const { decoded } = codeOnce(values, [stage], round);
      expect(values.every((value, i) => Math.abs(value - decoded[i]) <= 0.5 * step * (1 + 1e-5))).toBe(true);
      squares += squaredDistance(values, decoded);
    }
    expect(Math.abs(squares / (400 * values.length) / (step ** 2 / 12) - 1)).toBeLessThan(0.015);
  });

  test('dithered: 0.25 bit above Shannon at high rate', () => {
    const many = gaussian(100_000);
    const { payload, measures } = codeOnce(many, [{ step: { size: 0.05, rounding: 'dithered' } }, { entropy: {} }]);
    const shannon = -0.5 * Math.log2(measures.errorEnergy / measures.inputEnergy);
    const bits = (8 * payload.length) / many.length;
    expect(bits - shannon).toBeGreaterThan(0.25);
    expect(bits - shannon).toBeLessThan(0.25 + 0.02 * bits);
  });

  test('zeros stay zeros, and the largest magnitude always has its multiple', () => {
    const spike = new Float32Array(1000);
    spike[77] = 1;
    for (const rounding of ['stochastic', 'dithered']) {
      expect(codeOnce(new Float32Array(50), [{ step: { rounding } }]).decoded.every((value) => value === 0)).toBe(true);
      const { decoded } = codeOnce(spike, [{ step: { size: 1e-4, rounding } }]);
      expect(Math.abs(decoded[77] - 1)).toBeLessThanOrEqual(1 / 32_766);
    }
  });

  test('unbiased also where the largest magnitude decides the step', () => {
    for (const spike of [32_766.2, 32_767.4]) {
      const few = Float32Array.of(spike, 0.25, -0.5, 0, 3.3);
      expectUnbiased(few, [{ step: { size: 1e-5, rounding: 'stochastic', powerOfTwo: true } }], 2000);
    }
  });

  test.each([
    [{ rounding: 'dithered', powerOfTwo: true }, 'step.powerOfTwo'],
    [{ rounding: 'stochastic', zero: 1.5 }, 'step.rounding'],
    [{ rounding: 'dithered', restore: 'means' }, 'step.rounding'],
    [{ decay: 0 }, 'step.decay'],
  ])('%o is refused', (options, where) => {
    const error = refused(() => createStages([{ step: options }]));
    expect(error.code).toBe('argument/invalid');
    expect(error.where).toBe(where);
  });
});

test('with decay the step gets smaller by the same factor each round, from the second on', () => {
  const values = heavyTailed(1000);
  const multiple = (round: number): number => {
    const { decoded } = codeOnce(values, [{ step: { size: 0.5, decay: 0.9, restore: 'multiples' } }], round);
    return Math.min(...decoded.map(Math.abs).filter((value) => value > 0));
  };
  for (const round of [1, 2, 3, 11]) {
    expect(multiple(round) / (0.5 * rms(values) * 0.9 ** (round - 1))).toBeCloseTo(1, 5);
  }
});

test('integers as symbols: 0, −1, 1, −2, 2, … up to the largest', () => {
  for (let symbol = 0; symbol < alphabetUpTo(mostMagnitude); symbol++) {
    const integer = symbol % 2 === 1 ? -(symbol + 1) / 2 : symbol / 2;
    if (toInteger(symbol) !== integer || toSymbol(integer) !== symbol) expect.fail(`symbol ${symbol}`);
  }
});
