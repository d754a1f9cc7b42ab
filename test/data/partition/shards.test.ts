import { expect, it } from 'vitest';
import { refusal } from '../../support/refusal.js';
import { balanced, classCounts, clientsOf, deal, sizesOf } from './partitions.js';

const kindsOf = (classes: number, clients = 100): number[] => {
  const dataset = balanced(60_000);
  const partition = deal(dataset, { shards: { classes } }, clients);
  return clientsOf(partition).map((k) => classCounts(dataset, partition, k).filter((count) => count > 0).length);
};

it('gives most clients two classes and none more, all of one size (McMahan et al. 2017)', () => {
  const kinds = kindsOf(2);
  expect(Math.max(...kinds)).toBe(2);
  expect(kinds.filter((count) => count === 2).length).toBeGreaterThan(75);
  expect(new Set(sizesOf(deal(balanced(60_000), { shards: {} }, 100)))).toEqual(new Set([600]));
});

it('gives one class, or nearly all of them', () => {
  expect(new Set(kindsOf(1))).toEqual(new Set([1]));
  expect(Math.min(...kindsOf(60))).toBeGreaterThan(8);
});

it('differs in size by one a shard where the examples do not divide', () => {
  const sizes = sizesOf(deal(balanced(1003), { shards: { classes: 3 } }, 10));
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(3);
});

it('puts different examples into the shards of different seeds', () => {
  const dataset = balanced(1000);
  const shardOf = (seed: number) => {
    const partition = deal(dataset, { shards: { classes: 1 } }, 20, seed);
    const client = clientsOf(partition).find((k) => partition.indices(k).includes(0)) as number;
    return [...partition.indices(client)].sort((a, b) => a - b);
  };
  expect(shardOf(1)).not.toEqual(shardOf(2));
});

it('refuses more shards than examples', async () => {
  const error = await refusal('data/impossible-partition', () => deal(balanced(100), { shards: { classes: 11 } }, 10));
  expect(error.message).toContain('100 examples into 110 shards');
  expect(error.hint).toContain('at most 10');
});
