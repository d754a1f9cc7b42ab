import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RandomStream } from '../../shared/util/random.js';
import { codeOnce } from './laws.js';
import { energy, gaussian, heavyTailed, squaredDistance } from './vectors.js';

const drawn = (length: number, draw: (random: RandomStream) => number): Float32Array => {
  const random = new RandomStream({ seed: 3, purpose: 'test/laws' });
  return Float32Array.from({ length }, () => draw(random));
};
const exponential = (random: RandomStream): number => -Math.log((random.uint32() + 1) * 2 ** -32);
const sign = (random: RandomStream): number => (random.uint32() & 1 ? 1 : -1);

const kept = (decoded: Float32Array): number => decoded.filter((value) => value !== 0).length;

describe('SIDCo', () => {
  const d = 200_000;
  const laws = {
    Laplace: drawn(d, (random) => sign(random) * exponential(random)),
    Gaussian: gaussian(d),
    Pareto: drawn(d, (random) => sign(random) * (Math.exp(exponential(random) / 4) - 1)),
  };
  for (const [name, values] of Object.entries(laws)) {
    for (const law of ['exponential', 'gamma', 'pareto']) {
      test.each([0.1, 0.01, 0.001])(`keeps about the wanted part of ${name} values with law ${law}: %d`, (fraction) => {
        const { decoded } = codeOnce(values, [{ sidco: { fraction, law, stages: 5 } }]);
        expect(Math.abs(kept(decoded) / (fraction * d) - 1)).toBeLessThan(0.1001);
      });
    }
  }

  test('a threshold far off is moved until it is near enough: top-k is for what no law fits', () => {
    for (const [values, tolerance] of [
      [gaussian(d), 0.1001],
      [heavyTailed(d), 0.2],
    ] as const) {
      const count = kept(codeOnce(values, [{ sidco: { fraction: 0.01, law: 'exponential', stages: 1 } }]).decoded);
      expect(Math.abs(count / (0.01 * d) - 1)).toBeLessThan(tolerance);
      expect(count).not.toBe(0.01 * d);
    }
  });

  test('what is kept is larger than what is not', () => {
    const values = heavyTailed(5000);
    const { decoded } = codeOnce(values, [{ sidco: { fraction: 0.05 } }]);
    const least = Math.min(...decoded.filter((value) => value !== 0).map(Math.abs));
    expect(values.every((value, i) => decoded[i] === value || Math.abs(value) <= least)).toBe(true);
  });
});

describe('SIDCo keeps within 20 % of what is asked for', () => {
  const number = fc.oneof(fc.float({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(1, -1, 2, 0, 1.4e-45));
  test.each(['exponential', 'gamma', 'pareto'])('of any vector, law %s', (law) => {
    fc.assert(
      fc.property(fc.array(number, { minLength: 1, maxLength: 400 }), fc.constantFrom(0.3, 0.05), (list, fraction) => {
        const values = Float32Array.from(list);
        const wanted = Math.min(Math.max(1, Math.ceil(fraction * list.length - 1e-6)), kept(values));
        const count = kept(codeOnce(values, [{ sidco: { fraction, law } }]).decoded);
        expect(Math.abs(count - wanted)).toBeLessThanOrEqual(0.2 * Math.max(1, Math.ceil(fraction * list.length)));
      }),
    );
  });

  test('of equal magnitudes, which no law fits', () => {
    const values = new Float32Array(1000).map((_, i) => (i % 3 === 0 ? -0.5 : 0.5));
    expect(kept(codeOnce(values, [{ sidco: { fraction: 0.01 } }]).decoded)).toBe(10);
  });
});

describe('sparse binary compression', () => {
  test('keeps the largest of the stronger sign and sends their mean', () => {
    const values = Float32Array.of(1, -5, 2, 0, 3, -3.5, 0.5, 6, 0, -1);
    const { decoded } = codeOnce(values, [{ sbc: { fraction: 0.2 } }]);
    // 6 and 3 against −5 and −3.5.
    expect([...decoded]).toEqual([0, 0, 0, 0, 4.5, 0, 0, 4.5, 0, 0]);
    expect([
      ...codeOnce(
        values.map((value) => -value),
        [{ sbc: { fraction: 0.2 } }],
      ).decoded,
    ]).toEqual([0, 0, 0, 0, -4.5, 0, 0, -4.5, 0, 0]);
  });

  test('the error is 1 − k μ²/‖x‖², and no sign bits are sent', () => {
    const values = heavyTailed(3000);
    const { decoded, payload } = codeOnce(values, [{ sbc: { fraction: 0.01 } }, { golomb: {} }]);
    const mean = Math.abs(decoded.find((value) => value !== 0)!);
    expect(kept(decoded)).toBe(30);
    const expected = 1 - (30 * mean * mean) / energy(values);
    // What is kept has its own mean: Σ (x − μ)² = Σ x² − k μ².
    expect(Math.abs(squaredDistance(values, decoded) / energy(values) - expected)).toBeLessThan(1e-5);
    expect(payload.length).toBeLessThan(12 + 5 + 30 * 1.3 + 3);
  });
});
