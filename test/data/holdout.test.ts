import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdOut } from '../../shared/data/holdout.js';
import { dealPartition } from '../../shared/data/load.js';
import { balanced } from './partition/partitions.js';
import { refusal } from '../support/refusal.js';

describe('holdOut', () => {
  it('cuts the examples in two, both in order', () => {
    const fractions = fc.double({ min: 0.01, max: 0.9, noNaN: true });
    const property = fc.property(
      fc.integer({ min: 60, max: 500 }),
      fractions,
      fc.maxSafeNat(),
      (count, fraction, seed) => {
        const { pool, validation } = holdOut(balanced(count).train, fraction, seed);
        expect(validation.length).toBe(Math.round(count * fraction));
        expect(Int32Array.of(...pool, ...validation).sort()).toEqual(Int32Array.from({ length: count }, (_, at) => at));
        expect(pool).toEqual(pool.toSorted());
        expect(validation).toEqual(validation.toSorted());
      },
    );
    fc.assert(property);
  });

  it('is a random choice that repeats with the seed', () => {
    const { train } = balanced(1000);
    const first = holdOut(train, 0.1, 1);
    expect(holdOut(train, 0.1, 1)).toEqual(first);
    expect(holdOut(train, 0.1, 2)).not.toEqual(first);
    const times = new Int32Array(20);
    for (let seed = 0; seed < 2000; seed++)
      for (const at of holdOut(balanced(20).train, 0.25, seed).validation) times[at]++;
    // Binomial(2000, 0.25): mean 500, standard deviation 19.4.
    for (const count of times) expect(Math.abs(count - 500)).toBeLessThan(4 * 19.4);
  });

  it('refuses to leave nothing on either side', async () => {
    const { train } = balanced(10);
    for (const fraction of [1, -0.1, Number.NaN, 0.96, 0.01]) {
      const error = await refusal('data/impossible-split', () => holdOut(train, fraction, 1));
      expect(error.where).toBe('dataset.validation');
    }
    expect(holdOut(train, 0, 1).validation.length).toBe(0);
  });
});

it('a partition never deals what is held out, and does not change what is held out', () => {
  const dataset = balanced(1000);
  const iid = dealPartition(dataset, { partition: { iid: {} }, validation: 0.1 }, 9, 1);
  const draw = dealPartition(dataset, { partition: { draw: { samples: 50 } }, validation: 0.1 }, 9, 1);
  expect(iid.validation).toEqual(draw.validation);
  expect(iid.partition.size(0)).toBe(100);
  expect(iid.partition.fingerprint).not.toBe(
    dealPartition(dataset, { partition: { iid: {} }, validation: 0 }, 9, 1).partition.fingerprint,
  );
});
