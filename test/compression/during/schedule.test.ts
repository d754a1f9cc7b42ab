import fc from 'fast-check';
import { expect, test } from 'vitest';
import { phaseOf, sparsityAt } from '../../../shared/compression/during/schedule.js';

const schedules = fc
  .record({
    start: fc.integer({ min: 1, max: 30 }),
    length: fc.integer({ min: 0, max: 40 }),
    every: fc.integer({ min: 1, max: 50 }),
  })
  .map(({ start, length, every }) => ({ start, end: start + length, every }));

test('nothing goes before the start, all of the sparsity has gone at the end, and none comes back', () => {
  fc.assert(
    fc.property(schedules, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (schedule, sparsity) => {
      const at = (round: number): number => sparsityAt(round, sparsity, schedule);
      for (let round = 1; round < schedule.start; round++) expect(at(round)).toBe(0);
      for (let round = 2; round <= schedule.end + 5; round++) expect(at(round)).toBeGreaterThanOrEqual(at(round - 1));
      expect(at(schedule.end)).toBeCloseTo(sparsity, 12);
      expect(at(schedule.end + 100)).toBe(at(schedule.end));
    }),
  );
});

test('weights go in the rounds that are called prune, and only in these', () => {
  fc.assert(
    fc.property(schedules, (schedule) => {
      for (let round = 1; round <= schedule.end + 3; round++) {
        const goes = sparsityAt(round, 0.9, schedule) > sparsityAt(round - 1, 0.9, schedule);
        const phase = phaseOf(round, schedule);
        expect(phase === 'prune').toBe(goes);
        expect(phase === 'train').toBe(round < schedule.start);
      }
    }),
  );
});

test('one shot takes all at once; four times follow the cubic schedule', () => {
  const once = { start: 4, end: 4, every: 1 };
  expect([3, 4, 5].map((round) => sparsityAt(round, 0.8, once))).toEqual([0, 0.8, 0.8]);
  const four = { start: 2, end: 9, every: 2 };
  // 1 − (1 − k/4)³ for k = 1 … 4; the last time is round 8, since round 10 would be after the end.
  const parts = [2, 4, 6, 8].map((round) => sparsityAt(round, 1, four));
  expect(parts).toEqual([37 / 64, 7 / 8, 63 / 64, 1]);
});
