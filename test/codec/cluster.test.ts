import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kMeans } from '../../shared/codec/k-means.js';
import { histogramOf, placesAmong } from '../../shared/codec/value-histogram.js';
import { codeOnce, meanNmse } from './laws.js';
import { energy, gaussian, heavyTailed, squaredDistance } from './vectors.js';

const float = fc.oneof(
  fc.float({ noNaN: true, noDefaultInfinity: true }),
  fc.float({ noNaN: true, min: -2, max: 2 }),
  fc.constantFrom(0, -0, 1, -1, 2 ** -149, -(2 ** -149), 3.4028234663852886e38),
);

/** Few values and many are counted in different ways. */
test.each([1, 5000])('places among borders are those of counting, each value %i times', (times) => {
  fc.assert(
    fc.property(fc.array(float, { maxLength: 200 }), fc.array(float, { maxLength: 20 }), (list, some) => {
      const repeated = Array.from({ length: Math.ceil(times / (list.length + 1)) }, () => list).flat();
      const values = Float32Array.from(times === 1 ? list : repeated);
      const borders = Float64Array.from(some).sort();
      const places = placesAmong(values, borders);
      expect(list.every((value, i) => places[i] === borders.filter((border) => border <= value).length)).toBe(true);
    }),
    { numRuns: times === 1 ? 300 : 50 },
  );
});

test.each([1, 50])('a histogram holds every value, in order, each %i times', (times) => {
  fc.assert(
    fc.property(fc.array(float, { minLength: 100, maxLength: 200 }), (list) => {
      const values = Float32Array.from(Array.from({ length: times }, () => list).flat());
      const { counts, means } = histogramOf(values);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length);
      expect(means.every((mean, i) => i === 0 || mean >= means[i - 1])).toBe(true);
    }),
    { numRuns: 50 },
  );
});

/** ‖x−x̂‖² with evenly spaced levels from the least to the greatest value, and from −m to m. */
const uniformErrors = (values: Float32Array, levels: number): number[] => {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const most = Math.max(-least, greatest);
  return [
    [least, greatest],
    [-most, most],
  ].map(([from, to]) => {
    const step = (to - from) / (levels - 1);
    return values.reduce((sum, value) => sum + (value - from - step * Math.round((value - from) / step)) ** 2, 0);
  });
};

/** Sixteen narrow heaps, each half as high as the one before: where quantiles alone find too few of them. */
const heaps = Float32Array.from(
  Array.from({ length: 16 }, (_, at) =>
    [...gaussian(3 + Math.floor(400 / 2 ** at), at)].map((value) => at + value / 100),
  ).flat(),
);

const vectors = {
  heaps,
  gaussian: gaussian(3000),
  'heavy tails': heavyTailed(3000),
  'far from zero': gaussian(3000).map((value) => 100 + value),
  skewed: gaussian(3000).map((value) => Math.exp(2 * value)),
  uniform: Float32Array.from({ length: 3000 }, (_, i) => ((i * 37) % 1000) - 300.5),
};

describe.each(Object.entries(vectors))('on %s values', (_, values) => {
  test.each([2, 3, 4, 8, 16, 64, 255])('%i levels lose no more than a uniform quantizer’s', (levels) => {
    const { decoded } = codeOnce(values, [{ cluster: { levels } }]);
    const error = squaredDistance(values, decoded);
    // To float32's rounding of the levels.
    for (const uniform of uniformErrors(values, levels)) {
      expect(error).toBeLessThanOrEqual(uniform + 1e-12 * energy(values));
    }
    expect(new Set(decoded).size).toBeLessThanOrEqual(levels);
  });

  test('what is decoded is the mean of what was coded as it', () => {
    const { decoded } = codeOnce(values, [{ cluster: { levels: 7 } }]);
    for (const center of new Set(decoded)) {
      const members = values.filter((_value, i) => decoded[i] === center);
      const mean = members.reduce((sum, value) => sum + value, 0) / members.length;
      expect(Math.abs(mean - center)).toBeLessThanOrEqual(2 ** -23 * Math.abs(center));
    }
  });
});

test.each([
  [2, 0.36338],
  [4, 0.11748],
  [8, 0.034548],
  [16, 0.009501],
])('%i levels on a Gaussian: the error of Lloyd and Max, %d', (levels, nmse) => {
  expect(Math.abs(meanNmse(gaussian(200_000), [{ cluster: { levels } }]) / nmse - 1)).toBeLessThan(0.02);
});

test('no more different values than levels: nothing is lost', () => {
  const values = Float32Array.from({ length: 500 }, (_, i) => [-3, 0.125, 7, 1e-20, 1e20][(i * i) % 5]);
  expect([...codeOnce(values, [{ cluster: { levels: 5 } }]).decoded]).toEqual([...values]);
});

test('zeros stay zeros, whatever the levels', () => {
  const values = heavyTailed(2000).map((value, i) => (i % 3 === 0 ? 0 : value + 0.001));
  for (const levels of [2, 3, 16]) {
    const { decoded } = codeOnce(values, [{ cluster: { levels } }]);
    expect(values.every((value, i) => value !== 0 || decoded[i] === 0)).toBe(true);
  }
});

test('centres are ascending, different, at most as many as wanted, and one at least', () => {
  fc.assert(
    fc.property(fc.array(float, { maxLength: 200 }), fc.integer({ min: 2, max: 40 }), (list, count) => {
      const centers = kMeans(histogramOf(Float32Array.from(list)), count, list.includes(0));
      expect(centers.length).toBeGreaterThanOrEqual(1);
      expect(centers.length).toBeLessThanOrEqual(count);
      expect(centers.every((center, i) => i === 0 || center > centers[i - 1])).toBe(true);
      if (list.includes(0)) expect(centers).toContain(0);
    }),
    // Two starts at the same place, of which one moves below the other.
    {
      examples: [
        [[-2.2927306988991958e-38, 0, 2 ** -149, 2 ** -148, -1, -3.9303955639013907e-38, 2.2927302785096565e-38], 6],
      ],
    },
  );
});
