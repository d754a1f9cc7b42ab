import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uniformCohort } from '../../server/select/uniform.js';

test('a cohort has distinct clients of the population in ascending order', () => {
  fc.assert(
    fc.property(
      fc.nat(),
      fc.nat(1000),
      fc.integer({ min: 1, max: 2 ** 32 - 2 }),
      fc.nat(50),
      (seed, round, total, size) => {
        const cohort = uniformCohort(seed, round, total, Math.min(total, size));
        expect(cohort).toHaveLength(Math.min(total, size));
        expect(cohort.every((client, i) => client >= 0 && client < total && (i === 0 || client > cohort[i - 1]))).toBe(
          true,
        );
      },
    ),
  );
  expect(uniformCohort(1, 1, 7, 7)).toEqual([0, 1, 2, 3, 4, 5, 6]);
});

test('every client is drawn equally often', () => {
  const counts = new Float64Array(20);
  for (let round = 0; round < 4000; round++) for (const client of uniformCohort(3, round, 20, 5)) counts[client]++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(750));
});
