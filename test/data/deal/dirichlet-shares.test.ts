import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion, dirichletLogs, sharesOf } from '../../../shared/data/deal/dirichlet-shares.js';
import { RandomStream } from '../../../shared/util/random.js';

const stream = (seed = 1) => new RandomStream({ seed, purpose: 'test' });
const draws = 100_000;

/** Fails where the part of the numbers below x is not what the distribution function says, by 4 standard deviations. */
const expectDistribution = (numbers: Float64Array, below: (x: number) => number): void => {
  for (const x of [0.02, 0.1, 0.5, 1, 2, 4]) {
    const probability = below(x);
    const found = numbers.reduce((count, number) => count + (number < x ? 1 : 0), 0) / numbers.length;
    const deviation = Math.sqrt((probability * (1 - probability)) / numbers.length);
    expect(Math.abs(found - probability), `below ${x}`).toBeLessThan(4 * deviation);
  }
};

describe('dirichletLogs', () => {
  const gammas = (alpha: number) => dirichletLogs(draws, alpha, stream()).map((log) => Math.exp(log));

  it('are logarithms of Gamma numbers', () => {
    expectDistribution(gammas(1), (x) => 1 - Math.exp(-x));
    expectDistribution(gammas(2), (x) => 1 - Math.exp(-x) * (1 + x));
  });

  it('are so below 1 too, by their means and the mean of their logarithms', () => {
    // E log G is the digamma function: ψ(1/2) = −γ − 2 ln 2 and ψ(1/4) = −γ − π/2 − 3 ln 2; its variance the trigamma.
    const euler = 0.5772156649015329;
    const cases = [
      { alpha: 0.5, digamma: -euler - 2 * Math.LN2, trigamma: Math.PI ** 2 / 2 },
      { alpha: 0.25, digamma: -euler - Math.PI / 2 - 3 * Math.LN2, trigamma: 17.1973 },
    ];
    for (const { alpha, digamma, trigamma } of cases) {
      const logs = dirichletLogs(draws, alpha, stream());
      const meanLog = logs.reduce((a, b) => a + b, 0) / draws;
      const mean = logs.reduce((sum, log) => sum + Math.exp(log), 0) / draws;
      expect(Math.abs(meanLog - digamma)).toBeLessThan(4 * Math.sqrt(trigamma / draws));
      expect(Math.abs(mean - alpha)).toBeLessThan(4 * Math.sqrt(alpha / draws));
    }
  });

  it('give finite shares that sum to 1 at both ends of the range', () => {
    for (const alpha of [1e-6, 1e-3, 1, 1e6]) {
      const logs = dirichletLogs(1000, alpha, stream());
      expect(logs.every((log) => Number.isFinite(log))).toBe(true);
      const shares = sharesOf(logs);
      expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
      expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    }
  });
});

describe('apportion', () => {
  it('rounds each up or down, to the sum', () => {
    const logs = fc.array(fc.double({ min: -30, max: 0, noNaN: true }), { minLength: 1, maxLength: 40 });
    const property = fc.property(logs, fc.nat(10_000), fc.maxSafeNat(), (logs, n, seed) => {
      const shares = sharesOf(Float64Array.from(logs));
      const counts = apportion(n, shares, stream(seed));
      expect(counts.reduce((a, b) => a + b, 0)).toBe(n);
      counts.forEach((count, at) => expect(Math.abs(count - n * shares[at])).toBeLessThan(1 + 1e-6));
    });
    fc.assert(property);
  });

  it('is right in the mean', () => {
    const shares = Float64Array.of(0.72, 0.2, 0.08);
    const random = stream();
    const sums = new Float64Array(3);
    const times = 20_000;
    for (let turn = 0; turn < times; turn++) apportion(1, shares, random).forEach((count, at) => (sums[at] += count));
    sums.forEach((sum, at) => {
      const share = shares[at];
      expect(Math.abs(sum / times - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / times));
    });
  });
});
