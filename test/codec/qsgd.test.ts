import { expect, test } from 'vitest';
import { codeOnce, expectUnbiased, meanNmse } from './laws.js';
import { gaussian, heavyTailed } from './vectors.js';

test.each([{ levels: 1 }, { levels: 7 }, { levels: 15, norm: 'max' }, { levels: 3, bucket: 20 }])(
  'is unbiased: %o',
  (options) => expectUnbiased(heavyTailed(60), [{ qsgd: options }], 2000),
);

test.each([
  [1, 128],
  [15, 512],
  [127, 4096],
])('with s = %i and d = %i the error is at most min(d/s², √d/s)', (levels, d) => {
  const bound = Math.min(d / levels ** 2, Math.sqrt(d) / levels);
  for (const values of [gaussian(d), heavyTailed(d)]) {
    expect(meanNmse(values, [{ qsgd: { levels } }], 200)).toBeLessThan(bound);
  }
});

// The exact error of a vector is Σ f (1 − f) step², its mean over Gaussian vectors as computed for the paper's setting.
test.each([
  [128, 1, 'l2', 8.03],
  [128, 15, 'l2', 0.0948],
  [512, 127, 'l2', 5.29e-3],
  [4096, 15, 'l2', 2.4],
  [4096, 7, 'max', 0.0492],
  [512, 127, 'max', 1.09e-4],
])('the error on a Gaussian of %i coordinates with s = %i, norm %s, is %d', (d, levels, norm, expected) => {
  let sum = 0;
  const vectors = Math.ceil(60_000 / d);
  for (let seed = 0; seed < vectors; seed++) sum += meanNmse(gaussian(d, seed), [{ qsgd: { levels, norm } }], 3);
  expect(Math.abs(sum / vectors / expected - 1)).toBeLessThan(0.08);
});

test('values on the levels stay: the vector 2, 3, 6 of norm 7 with s = 7', () => {
  const values = Float32Array.of(2, 3, -6);
  for (let round = 0; round < 20; round++) {
    expect([...codeOnce(values, [{ qsgd: { levels: 7 } }], round).decoded]).toEqual([2, 3, -6]);
  }
});

test('buckets of zeros cost little: their symbols are those that zeros have elsewhere', () => {
  const bits = (values: Float32Array): number =>
    (8 * codeOnce(values, [{ qsgd: { levels: 7, bucket: 512 } }, { entropy: {} }]).payload.length) / values.length;
  const half = gaussian(40 * 512);
  for (let i = 0; i < half.length; i++) if ((i >> 9) % 2 === 1) half[i] = 0;
  expect(bits(half)).toBeLessThan(0.75 * bits(gaussian(40 * 512)));
});
