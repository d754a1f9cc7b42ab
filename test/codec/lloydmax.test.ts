import { expect, test } from 'vitest';
import { LloydMax, lloydMaxLevels } from '../../shared/codec/lloyd-max.js';
import { meanNmse } from './laws.js';
import { gaussian } from './vectors.js';

const errors = [0.36338, 0.11748, 0.034548, 0.009501, 2.5047e-3, 6.442e-4, 1.6e-4, 4.119e-5];

test.each(errors.map((nmse, i) => [i + 1, nmse]))('%i bits: the error on a Gaussian is %d', (bits, nmse) => {
  // The relative error of an estimate from n values is about √(2/n), and of rare outer cells more.
  const tolerance = bits < 7 ? 0.02 : 0.04;
  expect(Math.abs(meanNmse(gaussian(400_000), [{ lloydmax: { bits } }]) / nmse - 1)).toBeLessThan(tolerance);
});

test.each([1, 2, 3, 4, 5, 6, 7, 8])('%i bits: each level is the mean of a Gaussian over its cell', (bits) => {
  const levels = lloydMaxLevels(bits);
  const density = (x: number): number => Math.exp((-x * x) / 2);
  levels.forEach((level, i) => {
    const low = i === 0 ? 0 : (levels[i - 1] + level) / 2;
    const high = i + 1 < levels.length ? (level + levels[i + 1]) / 2 : low + 8;
    let [mass, moment] = [0, 0];
    const parts = 4000;
    for (let k = 0; k < parts; k++) {
      const x = low + ((high - low) * (k + 0.5)) / parts;
      mass += density(x);
      moment += x * density(x);
    }
    expect(Math.abs(moment / mass - level)).toBeLessThan(2e-5);
  });
});

test('the level found is the nearest one', () => {
  for (const bits of [1, 2, 3, 5, 8]) {
    const quantizer = new LloydMax(bits);
    for (let magnitude = 0; magnitude < 6; magnitude += 0.0013) {
      const distances = [...quantizer.levels].map((level) => Math.abs(level - magnitude));
      expect(distances[quantizer.indexOf(magnitude)]).toBeLessThanOrEqual(Math.min(...distances) + 1e-12);
    }
  }
});
