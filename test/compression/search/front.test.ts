import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bestOf, frontOf } from '../../../shared/compression/search/front.js';

const point = fc.record({ accuracy: fc.integer({ min: 0, max: 9 }), flops: fc.integer({ min: 1, max: 9 }) });

type Point = { readonly accuracy: number; readonly flops: number };

const beats = (one: Point, other: Point): boolean =>
  one.accuracy >= other.accuracy &&
  one.flops <= other.flops &&
  (one.accuracy > other.accuracy || one.flops < other.flops);

test('nothing beats a point of the front, and a point of the front beats or equals every other', () => {
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 20 }), (points) => {
      const front = frontOf(points);
      for (const one of front) expect(points.some((other) => beats(other, one))).toBe(false);
      for (const one of points) {
        expect(
          front.some((other) => beats(other, one) || (other.accuracy === one.accuracy && other.flops === one.flops)),
        ).toBe(true);
      }
      expect(front.at(-1)).toEqual(bestOf(points));
      expect(front.map(({ flops }) => flops)).toEqual(
        [...new Set(front.map(({ flops }) => flops))].toSorted((a, b) => a - b),
      );
    }),
  );
});
