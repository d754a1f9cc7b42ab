import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { contextOf, gaussian, squaredDistance, energy } from './vectors.js';

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
