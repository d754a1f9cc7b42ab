import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandOf, median, medianOrNever, paretoFront, thin } from '../../report/statistics.js';

const numbers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 30 });
const points = fc.array(fc.record({ cost: fc.integer({ min: 1, max: 12 }), value: fc.integer({ min: 0, max: 12 }) }), {
  minLength: 1,
  maxLength: 25,
});

interface Point {
  cost: number;
  value: number;
}

const beats = (a: Point, b: Point): boolean =>
  a.cost <= b.cost && a.value >= b.value && (a.cost < b.cost || a.value > b.value);

describe('median', () => {
  it('has as many values below as above', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const middle = median(values);
        const below = values.filter((value) => value < middle).length;
        const above = values.filter((value) => value > middle).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it('is the mean of the middle two of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('takes null for never: reached by most seeds counts, by half or fewer does not', () => {
    expect(medianOrNever([5, null, 7])).toBe(7);
    expect(medianOrNever([5, null])).toBeNull();
    expect(medianOrNever([null, null, 1])).toBeNull();
    expect(medianOrNever([])).toBeNull();
  });

  it('lies in its band', () => {
    expect(bandOf([3, null, 1])).toEqual({ median: 2, least: 1, greatest: 3 });
    expect(bandOf([null])).toBeNull();
  });
});

describe('Pareto front', () => {
  it('holds exactly the points that no other point beats', () => {
    fc.assert(
      fc.property(points, (all) => {
        const front = new Set(paretoFront(all));
        for (const [index, point] of all.entries()) {
          expect(front.has(index)).toBe(!all.some((other) => beats(other, point)));
        }
      }),
    );
  });

  it('rises with the cost', () => {
    fc.assert(
      fc.property(points, (all) => {
        const front = paretoFront(all).map((index) => all[index]);
        for (let at = 1; at < front.length; at++) {
          expect(front[at].cost).toBeGreaterThanOrEqual(front[at - 1].cost);
          expect(front[at].value).toBeGreaterThanOrEqual(front[at - 1].value);
        }
      }),
    );
  });
});

describe('thin', () => {
  it('keeps the first and the last row, the order, and no row twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 50 }), (length, count) => {
        const rows = Array.from({ length }, (_, index) => index);
        const kept = thin(rows, count);
        expect(kept).toHaveLength(Math.min(length, count));
        expect(kept[0]).toBe(0);
        expect(kept.at(-1)).toBe(length - 1);
        expect([...new Set(kept)].toSorted((a, b) => a - b)).toEqual([...kept]);
      }),
    );
  });
});
