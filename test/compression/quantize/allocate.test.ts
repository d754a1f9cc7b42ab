import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allocate,
  costOf,
  descent,
  riseOf,
  waterFilling,
  type Allocated,
} from '../../../shared/compression/quantize/allocate.js';

/** Rises that fall with the bits. */
const rises = fc
  .array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 7, maxLength: 7 })
  .map((list) => list.toSorted((a, b) => b - a));

const layer = fc.record({
  cost: fc.integer({ min: 1, max: 10_000 }),
  variance: fc.double({ min: 1e-6, max: 10, noNaN: true }),
  rises,
});

const layers = fc.array(layer, { minLength: 1, maxLength: 8 });

const evenly = (count: number, bits: number): number[] => Array.from({ length: count }, () => bits);

describe('bits under a budget', () => {
  test('hold it, lie from 2 to 8, and are no worse than the same bits for all', () => {
    fc.assert(
      fc.property(layers, fc.double({ min: 2, max: 8, noNaN: true }), (all, mean) => {
        const budget = mean * all.reduce((sum, { cost }) => sum + cost, 0);
        const bits = allocate(all, budget);
        expect(costOf(all, bits)).toBeLessThanOrEqual(budget * (1 + 1e-12));
        expect(bits.every((one) => Number.isInteger(one) && one >= 2 && one <= 8)).toBe(true);
      }),
    );
  });

  test('a layer that does not mind loses its bits to one that does', () => {
    const deaf: Allocated = { cost: 100, variance: 1, rises: [0, 0, 0, 0, 0, 0, 0] };
    const touchy: Allocated = { cost: 100, variance: 1, rises: [6, 5, 4, 3, 2, 1, 0] };
    expect(allocate([deaf, touchy], 1000)).toEqual([2, 8]);
  });

  test('with rises that each bit quarters, the greedy choice is the best of all', () => {
    const quartered = (first: number): number[] => evenly(7, first).map((rise, i) => rise / 4 ** i);
    const three = fc.tuple(...[0, 1, 2].map(() => fc.double({ min: 0.01, max: 10, noNaN: true })));
    fc.assert(
      fc.property(three, fc.integer({ min: 6, max: 24 }), (firsts, budget) => {
        const all = firsts.map((first): Allocated => ({ cost: 1, variance: first, rises: quartered(first) }));
        let best = Infinity;
        for (let a = 2; a <= 8; a++) {
          for (let b = 2; b <= 8; b++) {
            const c = Math.min(8, budget - a - b);
            if (c >= 2) best = Math.min(best, riseOf(all, [a, b, c]));
          }
        }
        expect(riseOf(all, allocate(all, budget))).toBeLessThanOrEqual(best * (1 + 1e-9));
      }),
      { numRuns: 50 },
    );
  });

  test('reverse water-filling: half a bit for each doubling of the variance', () => {
    const of = (variance: number): Allocated => ({ cost: 1, variance, rises: evenly(7, 0) });
    expect(waterFilling([of(1), of(16)], 5)).toEqual([4, 6]);
    expect(waterFilling([of(1), of(1)], 4)).toEqual([4, 4]);
    expect(waterFilling([of(1e-12), of(1)], 4)).toEqual([2, 8]);
  });

  test('the way down begins with 8 bits, takes one at a time and ends with 2', () => {
    fc.assert(
      fc.property(layers, (all) => {
        const path = descent(all);
        expect(path[0]).toEqual(evenly(all.length, 8));
        expect(path.at(-1)).toEqual(evenly(all.length, 2));
        expect(path).toHaveLength(6 * all.length + 1);
      }),
    );
  });
});
