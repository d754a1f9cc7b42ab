import { expect, it } from 'vitest';
import { refusal } from '../../support/refusal.js';
import { balanced, deal, heterogeneity, sizesOf } from './partitions.js';

const spread = (alpha: number): number => {
  const sizes = sizesOf(deal(balanced(60_000), { quantity: { alpha, minimum: 0 } }, 100));
  return Math.sqrt(sizes.reduce((sum, size) => sum + (size - 600) ** 2, 0) / sizes.length) / 600;
};

it('has sizes that are the more unequal the smaller alpha is', () => {
  // A Dirichlet share of K has the coefficient of variation √((K − 1) / (K alpha + 1)).
  for (const alpha of [0.1, 1, 10]) {
    const expected = Math.sqrt(99 / (100 * alpha + 1));
    expect(spread(alpha) / expected).toBeGreaterThan(0.6);
    expect(spread(alpha) / expected).toBeLessThan(1.6);
  }
  expect(spread(1e6)).toBeLessThan(0.01);
});

it('mixes the classes alike', () => {
  const dataset = balanced(60_000);
  expect(heterogeneity(dataset, deal(dataset, { quantity: { alpha: 2, minimum: 300 } }, 100))).toBeLessThan(0.08);
});

it('keeps the minimum, or says why it cannot', async () => {
  expect(Math.min(...sizesOf(deal(balanced(2000), { quantity: { alpha: 0.001, minimum: 10 } }, 100)))).toBe(10);
  const error = await refusal('data/impossible-partition', () =>
    deal(balanced(2000), { quantity: { alpha: 0.001, minimum: 30 } }, 100),
  );
  expect(error.message).toContain('quantity with alpha 0.001');
});
