import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTable, tableOf, unitsOf } from '../../shared/method/public/soft-labels.js';

const bits = fc.integer({ min: 1, max: 8 });

/** Rows of probabilities. */
const distributions = (classes: number, examples: number): fc.Arbitrary<Float64Array> =>
  fc
    .array(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: classes, maxLength: classes }), {
      minLength: examples,
      maxLength: examples,
    })
    .map((rows) =>
      Float64Array.from(
        rows.flatMap((row) => {
          const sum = row.reduce((a, b) => a + b, 0);
          return sum === 0 ? row.map((_, i) => (i === 0 ? 1 : 0)) : row.map((value) => value / sum);
        }),
      ),
    );

/** All ways to give so many units to so many classes. */
const allWays = (units: number, classes: number): number[][] =>
  classes === 1
    ? [[units]]
    : Array.from({ length: units + 1 }, (_, first) => first).flatMap((first) =>
        allWays(units - first, classes - 1).map((rest) => [first, ...rest]),
      );

test('units are the nearest of all ways to give them', () => {
  const classes = 3;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 3 }), distributions(classes, 1), (b, probabilities) => {
      const table = { examples: 1, classes, bits: b };
      const units = unitsOf(table);
      const distance = (given: ArrayLike<number>): number =>
        probabilities.reduce((sum, probability, i) => sum + (probability - given[i] / units) ** 2, 0);
      const least = Math.min(...allWays(units, classes).map(distance));
      expect(distance(readTable(tableOf(probabilities, table), table)!)).toBeCloseTo(least, 12);
    }),
  );
});

test('with one bit a label is the first of the most probable classes', () => {
  const table = { examples: 3, classes: 3, bits: 1 };
  const labels = tableOf(Float64Array.of(0.2, 0.5, 0.3, 1 / 3, 1 / 3, 1 / 3, 0, 0, 1), table);
  expect([...labels]).toEqual([2, 1, 3]);
});

test('a table says what it was made of, to half a step of each class', () => {
  fc.assert(
    fc.property(bits, distributions(10, 4), (b, probabilities) => {
      const table = { examples: 4, classes: 10, bits: b };
      const units = readTable(tableOf(probabilities, table), table)!;
      units.forEach((count, i) => expect(Math.abs(count - unitsOf(table) * probabilities[i])).toBeLessThan(1));
      const again = units.map((count) => count / unitsOf(table));
      expect(tableOf(again, table)).toEqual(tableOf(probabilities, table));
    }),
  );
});

test('what is no table is known for it', () => {
  const one = { examples: 2, classes: 3, bits: 1 };
  for (const wrong of [
    [0, 1],
    [1, 4],
    [1.5, 1],
    [Number.NaN, 1],
  ]) {
    expect(readTable(Float64Array.from(wrong), one)).toBeNull();
  }
  const two = { examples: 1, classes: 3, bits: 2 };
  for (const wrong of [
    [1, 1, 0],
    [4, -1, 0],
    [1.5, 1.5, 0],
    [0, 0, 0],
  ]) {
    expect(readTable(Float64Array.from(wrong), two)).toBeNull();
  }
  expect(readTable(Float64Array.of(1, 2, 0), two)).toEqual(Float64Array.of(1, 2, 0));
});
