import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../shared/data/load.js';
import { cpuMilliseconds } from '../../support/cpu-time.js';
import { refusal } from '../../support/refusal.js';
import { balanced, classCounts, clientsOf, deal, heterogeneity, labelled, sizesOf } from './partitions.js';

const dirichlet = (alpha: number, minimum = 0) => ({ dirichlet: { alpha, minimum } });

describe('dirichlet', () => {
  it('is the more uneven the smaller alpha is', () => {
    const dataset = balanced(20_000);
    const measured = [0.001, 0.01, 0.1, 1, 10, 100, 10_000].map((alpha) =>
      heterogeneity(dataset, deal(dataset, dirichlet(alpha), 50)),
    );
    expect(measured).toEqual(measured.toSorted((a, b) => b - a));
    expect(measured[0]).toBeGreaterThan(0.75);
    expect(measured.at(-1)).toBeLessThan(0.03);
  });

  it('has shares of the mean and variance of the distribution', () => {
    // Share of a class at a client: mean 1/K, variance (K − 1) / (K² (K alpha + 1)).
    const [clients, perClass, classes] = [8, 2000, 100];
    const dataset = balanced(perClass * classes, classes);
    for (const alpha of [0.05, 0.5, 1, 5]) {
      const partition = deal(dataset, dirichlet(alpha), clients);
      const shares = clientsOf(partition).map((k) => classCounts(dataset, partition, k).map((n) => n / perClass));
      const variance = (clients - 1) / (clients ** 2 * (clients * alpha + 1));
      for (const row of shares) {
        const mean = row.reduce((a, b) => a + b, 0) / classes;
        expect(Math.abs(mean - 1 / clients)).toBeLessThan(4 * Math.sqrt(variance / classes));
      }
      const squares = shares.flat().map((share) => (share - 1 / clients) ** 2);
      const ratio = squares.reduce((a, b) => a + b, 0) / squares.length / variance;
      expect(ratio, `alpha ${alpha}`).toBeGreaterThan(0.8);
      expect(ratio, `alpha ${alpha}`).toBeLessThan(1.25);
    }
  });

  it('gives a class to one client where alpha is tiny, a random one', () => {
    const dataset = balanced(1000 * 200, 200);
    const partition = deal(dataset, dirichlet(1e-6), 4);
    const winners = clientsOf(partition).map(
      (k) => classCounts(dataset, partition, k).filter((n) => n === 1000).length,
    );
    expect(winners.reduce((a, b) => a + b, 0)).toBe(200);
    for (const won of winners) expect(Math.abs(won - 50)).toBeLessThan(4 * Math.sqrt(200 * 0.25 * 0.75));
  });

  it('rounds without favour where clients are many and shares even', () => {
    const sizes = sizesOf(deal(balanced(60_000), dirichlet(1e6), 20_000));
    // Ten classes, each giving 0.3 examples: a sum of ten coins of 0.3, mean 3 and variance 2.1.
    const variance = sizes.reduce((sum, size) => sum + (size - 3) ** 2, 0) / sizes.length;
    expect(variance).toBeGreaterThan(1.5);
    expect(variance).toBeLessThan(2.7);
  });

  it('leaves no client empty unless it is allowed to', () => {
    const dataset = balanced(2000);
    expect(Math.min(...sizesOf(deal(dataset, { dirichlet: { alpha: 0.01 } }, 100)))).toBe(1);
    expect(Math.min(...sizesOf(deal(dataset, dirichlet(0.01, 0), 100)))).toBe(0);
  });

  it('moves only what the minimum takes', () => {
    const dataset = balanced(2000);
    const before = deal(dataset, dirichlet(0.1, 0), 50);
    const after = deal(dataset, dirichlet(0.1, 10), 50);
    const missing = sizesOf(before).reduce((sum, size) => sum + Math.max(0, 10 - size), 0);
    const gained = clientsOf(before).reduce((sum, k) => sum + Math.max(0, after.size(k) - before.size(k)), 0);
    expect(missing).toBeGreaterThan(0);
    expect(gained).toBe(missing);
  });

  it('fills a client up with the class it leans to', () => {
    const dataset = balanced(2000);
    const partition = deal(dataset, dirichlet(0.001, 10), 100);
    const kinds = clientsOf(partition)
      .filter((k) => partition.size(k) === 10)
      .map((k) => classCounts(dataset, partition, k).filter((count) => count > 0).length);
    expect(kinds.length).toBeGreaterThan(80);
    expect(kinds.filter((count) => count === 1).length).toBeGreaterThan(0.9 * kinds.length);
  });
});

describe('impossible or nearly so', () => {
  it('alpha 0.001 with 100 clients, at least 10 of 2,000 examples: legal within 5 s', () => {
    const begin = cpuMilliseconds();
    const sizes = sizesOf(deal(balanced(2000), dirichlet(0.001, 10), 100));
    expect(cpuMilliseconds() - begin).toBeLessThan(5000);
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(10);
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(2000);
  });

  it('a minimum that takes everything is met', () => {
    expect(new Set(sizesOf(deal(balanced(2000), dirichlet(0.001, 20), 100)))).toEqual(new Set([20]));
  });

  it('a minimum beyond the examples is refused with alpha, the minimum and the clients', async () => {
    const error = await refusal('data/impossible-partition', () => deal(balanced(2000), dirichlet(0.001, 21), 100));
    expect(error.message).toContain('alpha 0.001');
    expect(error.message).toContain('100 clients');
    expect(error.message).toContain('minimum of 21');
    expect(error.message).toContain('2100, and there are 2000');
    expect(error.hint).toContain('at most 20');
  });

  it('as many clients as examples, all of one class', () => {
    const begin = cpuMilliseconds();
    const sizes = sizesOf(deal(labelled(new Uint8Array(60_000), 10), { dirichlet: { alpha: 0.001 } }, 60_000));
    expect(cpuMilliseconds() - begin).toBeLessThan(5000);
    expect(new Set(sizes)).toEqual(new Set([1]));
  });
});

it('deals MNIST as the quickstart does', async () => {
  const mnist = await loadDataset({ name: 'mnist', folder: null });
  const partition = deal(mnist, { dirichlet: { alpha: 0.5 } }, 100, 42);
  const sizes = sizesOf(partition);
  expect(sizes.reduce((a, b) => a + b, 0)).toBe(60_000);
  expect(Math.min(...sizes)).toBeGreaterThan(0);
  expect(heterogeneity(mnist, partition)).toBeGreaterThan(0.3);
});
