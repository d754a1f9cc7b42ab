import { expect, test } from 'vitest';
import { codeOnce, expectUnbiased, meanNmse } from './laws.js';
import { gaussian, heavyTailed } from './vectors.js';

test('is unbiased, and what is decoded is one of the two neighbouring powers of two', () => {
  expectUnbiased(heavyTailed(80), [{ natural: {} }], 2000);
  const values = heavyTailed(500);
  const { decoded } = codeOnce(values, [{ natural: {} }]);
  values.forEach((value, i) => {
    const below = 2 ** Math.floor(Math.log2(Math.abs(value)));
    expect([below, 2 * below]).toContain(Math.abs(decoded[i]));
    expect(Math.sign(decoded[i])).toBe(Math.sign(value));
  });
});

test('the error is 0.0817 on a Gaussian, and 1/8 at most', () => {
  expect(Math.abs(meanNmse(gaussian(100_000), [{ natural: {} }], 3) / 0.0817 - 1)).toBeLessThan(0.03);
  const worst = new Float32Array(20_000).fill(4 / 3);
  expect(Math.abs(meanNmse(worst, [{ natural: {} }], 5) * 8 - 1)).toBeLessThan(0.03);
});

test('powers of two and zeros stay; below the least normal float it is that or zero', () => {
  const powers = Float32Array.from({ length: 254 }, (_, i) => 2 ** (i - 126));
  expect([...codeOnce(powers, [{ natural: {} }]).decoded]).toEqual([...powers]);
  expect([...codeOnce(new Float32Array(5), [{ natural: {} }]).decoded]).toEqual([0, 0, 0, 0, 0]);
  const small = new Float32Array(4000).fill(2 ** -127);
  const { decoded } = codeOnce(small, [{ natural: {} }]);
  expect(new Set(decoded)).toEqual(new Set([0, 2 ** -126]));
  const ups = decoded.filter((value) => value > 0).length;
  expect(Math.abs(ups - 2000)).toBeLessThan(6 * Math.sqrt(1000));
});
