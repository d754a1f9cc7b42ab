import { describe, expect, test } from 'vitest';
import { exceededWith, tail } from '../../bench/limits/gaussian.js';
import {
  ecsq,
  eden,
  lloydMax,
  positionBits,
  positionEntropy,
  shannon,
  ternary,
  topk,
} from '../../bench/limits/theory.js';
import vectors from '../vectors/codec-limits.json' with { type: 'json' };

/* The theory behind docs/limits.md against values computed elsewhere, with scipy. */

const near = (actual: number, expected: number, tolerance: number): void =>
  expect(Math.abs(actual / expected - 1)).toBeLessThan(tolerance);

test('the Gaussian’s tail and its inverse', () => {
  near(tail(0), 0.5, 1e-14);
  near(tail(1), 0.15865525393145707, 1e-12);
  near(tail(2.999), 0.0013543365337271066, 1e-11);
  near(tail(6), 9.865876450376946e-10, 1e-10);
  for (const p of [0.9, 0.3, 1e-3, 1e-8]) near(tail(exceededWith(p)), p, 1e-9);
});

test.each([
  [0.1, 0.9085],
  [0.25, 0.7894],
  [0.5, 0.6173],
  [1, 0.3483],
  [2, 0.08893],
  [3, 0.02224],
  [5, 1.3899e-3],
])('entropy-coded scalar quantization at %d bits: %d', (bits, nmse) => {
  near(ecsq(bits), nmse, 2e-3);
  expect(ecsq(bits)).toBeGreaterThan(shannon(bits));
});

test.each([
  [1, 0.36338, 1, 0.5708],
  [2, 0.11748, 1.911, 0.13312],
  [3, 0.034548, 2.825, 0.035784],
  [4, 0.009501, 3.765, 0.0095921],
  [6, 6.442e-4, 5.71, 6.447e-4],
  [8, 4.119e-5, 7.694, 4.119e-5],
])('Lloyd-Max and EDEN at %i bits', (bits, nmse, entropy, unbiased) => {
  near(lloydMax(bits).nmse, nmse, 1e-3);
  near(lloydMax(bits).bits, entropy, 5e-4);
  near(eden(bits), unbiased, 1e-3);
});

describe('sparsifiers', () => {
  test.each(Object.entries(vectors.topKGaussian))('keeping %d', (p, row) => {
    const values = row as Readonly<Record<string, number>>;
    const known = Object.values(values);
    expect(known).toContainEqual(expect.closeTo(topk(Number(p)).nmse, 6));
    expect(known).toContainEqual(expect.closeTo(ternary(Number(p)).nmse, 6));
  });
});

test.each([
  [0.25, 3.245, 3.286, 3.64, 4.09, 8],
  [0.04, 6.057, 6.085, 8.0, 7.94, 8.04],
  [0.01, 8.079, 8.108, 11.76, 10.78, 10.21],
  [0.001, 11.408, 11.495, 18.29, 15.39, 15.04],
])('positions at density %d', (p, entropy, rice, gamma, delta, varint) => {
  near(positionEntropy(p), entropy, 1e-3);
  near(positionBits.golomb(p), rice, 1e-3);
  near(positionBits.eliasgamma(p), gamma, 2e-3);
  near(positionBits.eliasdelta(p), delta, 2e-3);
  near(positionBits.varint(p), varint, 2e-3);
});
