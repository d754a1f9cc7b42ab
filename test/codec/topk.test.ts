import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { keptCount } from '../../shared/codec/stages/topk.js';
import { topPositions } from '../../shared/codec/top-positions.js';
import limits from '../vectors/codec-limits.json' with { type: 'json' };
import { coding, contextOf, energy, gaussian, heavyTailed, specialVectors } from './vectors.js';

/** Sorts by magnitude, then position: slow and plainly right. */
const sorted = (values: Float32Array, k: number): number[] =>
  Array.from(values.keys())
    .filter((i) => values[i] !== 0)
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b)
    .slice(0, k)
    .sort((a, b) => a - b);

describe('topPositions', () => {
  test('finds what sorting finds', () => {
    const number = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1, -1, 1.4e-45, -1.4e-45, 3.4028234663852886e38),
      fc.integer({ min: -3, max: 3 }),
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 300 }), fc.double({ min: 0, max: 1, noNaN: true }), (list, part) => {
        const values = Float32Array.from(list);
        const k = Math.round(part * values.length);
        expect(Array.from(topPositions(values, k))).toEqual(sorted(values, k));
      }),
      { numRuns: 500 },
    );
  });

  test.each(Object.entries(specialVectors))('every k on %s', (_, values) => {
    for (const part of [0, 0.01, 0.1, 0.5, 0.99, 1]) {
      const k = Math.round(part * values.length);
      expect(Array.from(topPositions(values, k))).toEqual(sorted(values, k));
    }
  });

  test('takes a view into a larger vector', () => {
    const all = heavyTailed(1000);
    const view = all.subarray(333, 777);
    expect(Array.from(topPositions(view, 50))).toEqual(sorted(view, 50));
  });
});

test.each([
  [0.01, 100, 1],
  [0.07, 100, 7],
  [0.29, 100, 29],
  [0.015, 100, 2],
  [1e-9, 50, 1],
  [1, 7, 7],
  [0.5, 0, 0],
])('fraction %f of %i coordinates keeps %i', (fraction, length, k) => {
  expect(keptCount(fraction, length)).toBe(k);
});

test.each(Object.entries(limits.topKGaussian))(
  'error on a Gaussian at density %s is that of theory',
  (density, { nmse }) => {
    const value = gaussian(200_000);
    const codec = createCodec(coding([{ topk: { fraction: Number(density) } }]));
    const { measures } = codec.encode(value, contextOf(value.length), {});
    // The standard error of what is kept grows to 2 % where 200 of 200,000 are kept.
    expect(Math.abs(measures.errorEnergy / measures.inputEnergy - nmse)).toBeLessThan(0.05 * (1 - nmse));
  },
);

test('kept values are exact and the error is what was left out', () => {
  const value = heavyTailed(5000);
  const codec = createCodec(coding([{ topk: { count: 300 } }]));
  const { decoded, measures } = codec.encode(value, contextOf(5000), {});
  const kept = decoded.filter((number) => number !== 0);
  expect(kept.length).toBe(300);
  expect(decoded.every((number, i) => number === 0 || number === value[i])).toBe(true);
  expect(measures.errorEnergy).toBeCloseTo(energy(value) - energy(kept), 12);
  expect(measures.errorEnergy / measures.inputEnergy).toBeLessThanOrEqual(1 - 300 / 5000);
});

test('by tensor, each keeps its own part and at least one', () => {
  const codec = createCodec(coding([{ topk: { fraction: 0.01 } }], { scope: 'tensor' }));
  const context = contextOf(1000);
  const { payload } = codec.encode(heavyTailed(1000), context, {});
  const support = Array.from(codec.support(payload, context) ?? []);
  const inside = context.layout.tensors
    .filter(({ role }) => role !== 'counter')
    .map(({ offset, size }) => support.filter((position) => position >= offset && position < offset + size).length);
  expect(inside).toEqual([5, 5, 0]);
});

test('a warm-up keeps other parts in the first rounds, and decoding needs no round', () => {
  const codec = createCodec(coding([{ topk: { fraction: 0.01, warmup: [0.25, 0.063, 0.015, 0.004] } }]));
  const value = heavyTailed(1000);
  const counts = [1, 2, 3, 4, 5, 100].map((round) => {
    const { payload, decoded } = codec.encode(value, contextOf(1000, { round }), {});
    expect(payload.length).toBeLessThanOrEqual(codec.maxBytes(contextOf(1000).layout));
    expect(codec.decode(payload, contextOf(1000, { round: 77 }))).toEqual(decoded);
    return decoded.filter((number) => number !== 0).length;
  });
  expect(counts).toEqual([250, 63, 15, 4, 10, 10]);
});
