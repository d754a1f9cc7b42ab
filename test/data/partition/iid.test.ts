import { expect, it } from 'vitest';
import { balanced, classCounts, clientsOf, deal, heterogeneity, sizesOf } from './partitions.js';

it('differs in size by at most one', () => {
  const sizes = sizesOf(deal(balanced(1003), { iid: {} }, 10));
  expect([...new Set(sizes)].sort((a, b) => a - b)).toEqual([100, 101]);
});

it('gives every client the classes as a random draw would', () => {
  const dataset = balanced(60_000);
  const partition = deal(dataset, { iid: {} }, 100);
  // Pearson's statistic of 100 clients × 10 classes: mean 99 × 9 × (1 + small) and standard deviation about 42.
  const statistic = clientsOf(partition)
    .flatMap((client) => classCounts(dataset, partition, client))
    .reduce((sum, count) => sum + (count - 60) ** 2 / 60, 0);
  expect(statistic).toBeGreaterThan(891 - 4 * 42);
  expect(statistic).toBeLessThan(891 + 4 * 42);
  expect(heterogeneity(dataset, partition)).toBeLessThan(0.07);
});
