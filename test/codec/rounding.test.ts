import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { findLarge } from '../../shared/codec/scan-kernel.js';
import { topPositions } from '../../shared/codec/top-positions.js';
import { restoreLevels, roundNearest, roundStochastic, type Grid } from '../../shared/codec/uniform-levels.js';
import { RandomStream } from '../../shared/util/random.js';
import { coding, contextOf, heavyTailed, specialVectors, squaredDistance } from './vectors.js';

/** Blocks with their own outermost levels; some values lie beyond. */
const gridOf = (values: Float32Array, block: number, levels: number, seed: number): Grid => {
  const random = new RandomStream({ seed, purpose: 'test/grid' });
  const parts = Math.max(1, Math.ceil(values.length / block));
  const lowest = Float32Array.from({ length: parts }, () => -5e-3 * random.uniform());
  return { lowest, highest: lowest.map((low) => low + 5e-3 * random.uniform()), block, levels };
};

const noise = (seed: number) => new RandomStream({ seed, purpose: 'test/noise' });

describe('levels by vectors and one by one', () => {
  const levels = fc.constantFrom(2, 3, 15, 255, 256, 65_535, 65_536);

  test('have the same symbols and the same loss, which is what restoring gives', () => {
    fc.assert(
      fc.property(
        fc.nat(9000),
        fc.integer({ min: 1, max: 9000 }),
        levels,
        fc.nat(999),
        (length, block, count, seed) => {
          const values = heavyTailed(length, seed);
          const grid = gridOf(values, block, count, seed);
          for (const round of [
            (withVectors: boolean) => roundStochastic(values, grid, noise(seed), withVectors),
            (withVectors: boolean) => roundNearest(values, grid, withVectors),
          ]) {
            const vectors = round(true);
            expect(vectors).toEqual(round(false));
            const lost = squaredDistance(values, restoreLevels(vectors.symbols, grid));
            expect(Math.abs(vectors.lost - lost)).toBeLessThanOrEqual(1e-12 * lost);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  test.each(Object.entries(specialVectors))('of %s', (_name, values) => {
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const block = Math.max(1, values.length);
    const grid = { lowest: Float32Array.of(-largest), highest: Float32Array.of(largest), block, levels: 255 };
    expect(roundStochastic(values, grid, noise(1), true)).toEqual(roundStochastic(values, grid, noise(1), false));
    expect(roundNearest(values, grid, true)).toEqual(roundNearest(values, grid, false));
  });
});

test.each([
  [{ quantize: { bits: 8, rounding: 'stochastic' } }],
  [{ quantize: { bits: 4, rounding: 'stochastic', block: 64 } }],
  [{ quantize: { bits: 4, block: 'channel' } }],
  [{ quantize: { bits: 4, rounding: 'dithered' } }],
  [{ rotate: {} }, { quantize: { bits: 4 } }],
])('the error that is known while rounding is that of the decoded vector: %j', (...stages) => {
  for (const scope of ['model', 'tensor'] as const) {
    const values = heavyTailed(5000, 3);
    const { measures, decoded } = createCodec(coding(stages, { scope })).encode(values, contextOf(5000), {});
    const lost = squaredDistance(values, decoded);
    expect(Math.abs(measures.errorEnergy - lost)).toBeLessThan(1e-12 * lost);
  }
});

/** The rule in its plainest form: magnitudes descending, of equal ones the lowest positions first, no zeros. */
const sorted = (values: Float32Array, k: number): Uint32Array =>
  Uint32Array.from(values.keys())
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]) || a - b)
    .slice(0, k)
    .filter((i) => values[i] !== 0)
    .sort();

const length = 70_001;
const everyPrime = Float32Array.from({ length }, (_, i) => (i % 61 === 0 ? 0 : 1 + (i % 977)));

test('large floats are found by vectors as one by one', () => {
  fc.assert(
    fc.property(fc.nat(20_000), fc.nat(99), fc.double({ min: 0, max: 1, noNaN: true }), (count, seed, share) => {
      const values = heavyTailed(count, seed);
      const words = new Uint32Array(values.buffer);
      const least = 1 + Math.floor(share * 0x7f000000);
      const found = [true, false].map((withVectors) => {
        const large = { positions: new Uint32Array(200), magnitudes: new Uint32Array(200) };
        return { count: findLarge(words, least, large, withVectors), large };
      });
      expect(found[0]).toEqual(found[1]);
      const expected = [...words.keys()].filter((i) => (words[i] & 0x7fffffff) >= least);
      expect(found[0].count).toBe(expected.length);
      expect(found[0].large.positions.slice(0, expected.length)).toEqual(Uint32Array.from(expected.slice(0, 200)));
    }),
  );
});

describe('the largest of many, found with a sample', () => {
  test.each([
    ['heavy tails', heavyTailed(length, 5)],
    ['few different values', heavyTailed(length, 6).map((value) => Math.round(value * 300))],
    ['all ties', new Float32Array(length).fill(-2)],
    ['one large', new Float32Array(length).fill(0, 0, 1).fill(7, 500, 501)],
    ['a sample of zeros alone', everyPrime],
    ['a sample of the largest alone', everyPrime.map((value) => (value === 0 ? 1e4 : value))],
  ])('of %s', (_name, values) => {
    for (const k of [1, 70, 700, 4375, 40_000]) expect(topPositions(values, k)).toEqual(sorted(values, k));
  });
});
