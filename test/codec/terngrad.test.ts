import { expect, test } from 'vitest';
import { codeOnce, expectUnbiased, meanNmse } from './laws.js';
import { energy, gaussian, heavyTailed } from './vectors.js';

const clipped = (values: Float32Array, limit: number): Float32Array =>
  values.map((value) => Math.max(-limit, Math.min(limit, value)));

const deviation = (values: Float32Array): number => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
};

test('is unbiased for the clipped vector', () => {
  const values = heavyTailed(50);
  const limit = 2.5 * deviation(values);
  expect(values.some((value) => Math.abs(value) > limit)).toBe(true);
  const keys = 3000;
  const sums = new Float64Array(values.length);
  for (let round = 0; round < keys; round++) {
    codeOnce(values, [{ terngrad: {} }], round).decoded.forEach((value, i) => (sums[i] += value));
  }
  clipped(values, limit).forEach((value, i) => {
    const error = Math.sqrt((Math.abs(value) * (limit - Math.abs(value))) / keys);
    expect(Math.abs(sums[i] / keys - value)).toBeLessThan(6 * error + 1e-5 * limit);
  });
  expectUnbiased(heavyTailed(50), [{ terngrad: { clip: null } }], 2000);
});

test('the variance is Σ |x| (s − |x|)', () => {
  const values = gaussian(4000);
  const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const variance = values.reduce((sum, value) => sum + Math.abs(value) * (scale - Math.abs(value)), 0);
  expect(Math.abs(meanNmse(values, [{ terngrad: { clip: null } }], 30) / (variance / energy(values)) - 1)).toBeLessThan(
    0.03,
  );
});

test('equal values have no deviation to clip at and are sent exactly', () => {
  const values = new Float32Array(9).fill(0.25);
  expect([...codeOnce(values, [{ terngrad: {} }]).decoded]).toEqual([...values]);
});
