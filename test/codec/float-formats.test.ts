import { describe, expect, test } from 'vitest';
import { e2m1, e4m3, e5m2, nearestCode } from '../../shared/codec/small-floats.js';
import { codeOnce, meanNmse } from './laws.js';
import { gaussian } from './vectors.js';

describe('small floats', () => {
  test.each([
    [e4m3, 448, 2 ** -6, 2 ** -9],
    [e5m2, 57344, 2 ** -14, 2 ** -16],
    [e2m1, 6, 1, 0.5],
  ])('$name: its largest, least normal and least magnitude', ({ magnitudes }, largest, normal, least) => {
    expect(magnitudes.at(-1)).toBe(largest);
    expect(magnitudes[1]).toBe(least);
    expect(magnitudes).toContain(normal);
    expect([...magnitudes].every((value, i) => i === 0 || value > magnitudes[i - 1])).toBe(true);
  });

  test('the elements of MXFP4', () => expect([...e2m1.magnitudes]).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 6]));

  test.each([e4m3, e5m2, e2m1])('$name: the nearest magnitude is taken, of two the even one', (format) => {
    const { magnitudes } = format;
    for (let i = 0; i + 1 < magnitudes.length; i++) {
      const middle = (magnitudes[i] + magnitudes[i + 1]) / 2;
      const gap = magnitudes[i + 1] - magnitudes[i];
      expect(nearestCode(format, magnitudes[i])).toBe(i);
      expect(nearestCode(format, middle)).toBe(i % 2 === 0 ? i : i + 1);
      expect(nearestCode(format, middle - gap / 100)).toBe(i);
      expect(nearestCode(format, middle + gap / 100)).toBe(i + 1);
    }
    expect(nearestCode(format, Infinity)).toBe(magnitudes.length - 1);
  });
});

// Monte Carlo figures of these formats on a Gaussian; block formats depend on the largest of a block only.
test.each([
  [{ bfloat16: {} }, 2.76e-6],
  [{ float8: { format: 'e4m3' } }, 7.06e-4],
  [{ float8: { format: 'e5m2' } }, 2.78e-3],
  [{ mx: { element: 'fp4' } }, 0.0132],
  [{ mx: { element: 'fp8-e4m3' } }, 8.6e-4],
  [{ nf4: {} }, 0.00846],
])('the error of %o on a Gaussian is %d', (stage, expected) => {
  expect(Math.abs(meanNmse(gaussian(300_000), [stage]) / expected - 1)).toBeLessThan(0.02);
});

test('bfloat16 rounds to nearest even and never to infinity', () => {
  const values = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -7, -(1 + 2 ** -8 + 2 ** -20), 3.4028235e38);
  expect([...codeOnce(values, [{ bfloat16: {} }]).decoded]).toEqual([
    1,
    1 + 2 ** -6,
    1 + 2 ** -7,
    -(1 + 2 ** -7),
    Math.fround(3.3895314e38),
  ]);
});

test('neither overflow nor small updates get lost: a common power of two brings the largest into range', () => {
  for (const scale of [1e-30, 1e-6, 1, 1e30]) {
    const values = gaussian(2000).map((value) => value * scale);
    expect(meanNmse(values, [{ float8: {} }])).toBeLessThan(1e-3);
    expect(meanNmse(values, [{ mx: { element: 'fp8-e4m3' } }])).toBeLessThan(1.1e-3);
  }
});

test.each([1, 3e-20, 7.5e37])('NF4 takes the nearest of its levels, largest magnitude %d', (scale) => {
  const block = 20_000;
  const values = Float32Array.from({ length: block }, (_, i) => Math.fround(scale * ((2 * i) / (block - 1) - 1)));
  const { decoded } = codeOnce(values, [{ nf4: { block } }]);
  const levels = [...new Set(decoded)];
  expect(levels.length).toBe(16);
  values.forEach((value, i) => {
    const least = Math.min(...levels.map((level) => Math.abs(level - value)));
    if (Math.abs(decoded[i] - value) > least * (1 + 1e-6)) expect(decoded[i]).toBe(least);
  });
});
