import { describe, expect, test } from 'vitest';
import { exceededWith, tail } from '../../bench/limits/gaussian.js';
import { families, familyOf, withoutPoint } from '../../bench/limits/presets.js';
import { scalarLine, scalarQuantized } from '../../bench/limits/scalar.js';
import {
  ecsq,
  ecsqLine,
  eden,
  entropyCoded,
  leastErrors,
  lloydMax,
  positionBits,
  positionEntropy,
  shannon,
  ternary,
  topk,
} from '../../bench/limits/theory.js';
import { presets } from '../../shared/codec/presets.js';
import { RandomStream } from '../../shared/util/random.js';
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

describe('lines of the pictures', () => {
  const random = new RandomStream({ seed: 1, purpose: 'test/limits' });
  const gaussian = Float32Array.from({ length: 2 ** 18 }, () => random.normal());

  /** A line's error at a rate, between its points. */
  const at = (line: readonly { bits: number; nmse: number }[], bits: number): number => {
    const i = line.findIndex((point) => point.bits >= bits);
    const [a, b] = [line[i - 1], line[i]];
    return a.nmse + ((b.nmse - a.nmse) * (bits - a.bits)) / (b.bits - a.bits);
  };

  test.each([
    [0.5, 1],
    [1, 1.4],
    [2, 1.2],
    [2, 2],
  ])('a quantizer of step %d, zero %d on numbers of a Gaussian is what theory says of it', (step, zero) => {
    const [measured, expected] = [scalarQuantized(gaussian, step, zero), entropyCoded(step, zero)];
    near(measured.bits, expected.bits, 0.02);
    near(measured.nmse, expected.nmse, 0.02);
  });

  /** Errors of the best entropy-coded scalar quantizer, as above. */
  const known = [
    [0.1, 0.9085],
    [0.5, 0.6173],
    [1, 0.3483],
    [2, 0.08893],
    [5, 1.3899e-3],
  ] as const;

  test('ECSQ as a line', () => {
    const line = ecsqLine();
    for (const [bits, nmse] of known) near(at(line, bits), nmse, 0.02);
  });

  test('the best scalar quantizer of a Gaussian’s numbers is ECSQ, and does not depend on their size', () => {
    const part = gaussian.subarray(0, 2 ** 16);
    const line = scalarLine([part]);
    for (const [bits, nmse] of known) near(at(line, bits), nmse, 0.06);
    const small = scalarLine([part.map((value) => value / 1024)]);
    for (const [i, { bits, nmse }] of small.entries()) {
      near(bits, line[i].bits, 1e-6);
      near(nmse, line[i].nmse, 1e-6);
    }
  });

  test('the least errors are a convex line below all points', () => {
    const points = [
      { bits: 1, nmse: 0.5 },
      { bits: 3, nmse: 0.05 },
      { bits: 2, nmse: 0.4 },
      { bits: 2, nmse: 0.2 },
      { bits: 4, nmse: 0.06 },
    ];
    expect(leastErrors(points)).toEqual([points[0], points[3], points[1]]);
  });
});

describe('presets in the pictures', () => {
  test('every family has one, and those without a point are presets', () => {
    const found = new Set(Object.values(presets).map(({ coding }) => familyOf(coding)));
    expect([...found].toSorted()).toEqual([...families].toSorted());
    expect(Object.keys(presets)).toEqual(expect.arrayContaining(Object.keys(withoutPoint)));
  });

  test.each([
    ['stc-1-25', 'sparsifier'],
    ['step-2', 'quantizer'],
    ['eden-2', 'rotation'],
    ['rotated-4bit', 'rotation'],
    ['powersgd', 'low rank'],
    ['mxfp4', 'float format'],
  ])('%s is a %s', (name, family) => expect(familyOf(presets[name].coding)).toBe(family));
});
