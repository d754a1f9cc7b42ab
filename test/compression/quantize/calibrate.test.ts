import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { calibrate, calibrations, type CalibrationOptions } from '../../../shared/compression/quantize/calibrate.js';
import {
  countValues,
  filledBins,
  mergeCounts,
  noCounts,
  totalOf,
} from '../../../shared/compression/quantize/counts.js';
import { makeGrid } from '../../../shared/compression/quantize/make-grid.js';
import { onGrid } from '../../../shared/engine/grid.js';
import { RandomStream } from '../../../shared/util/random.js';

const finite = fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 60 });
/** From the least float to large ones, as activations may be in one tensor. */
const scaled = fc.tuple(finite, fc.integer({ min: -60, max: 0 })).map(([values, by]) => values.map((x) => x * 2 ** by));

const joined = (a: Float32Array, b: Float32Array): Float32Array => Float32Array.of(...a, ...b);

describe('counts of values', () => {
  test('those of two parts add up to those of the whole, in any order', () => {
    fc.assert(
      fc.property(scaled, scaled, (a, b) => {
        const whole = countValues(joined(a, b));
        for (const { bins, ...rest } of [
          mergeCounts(countValues(a), countValues(b)),
          mergeCounts(countValues(b), countValues(a)),
        ]) {
          expect(bins.every((count, i) => count === whole.bins[i])).toBe(true);
          expect({ ...rest, bins: whole.bins }).toEqual(whole);
        }
        expect(totalOf(whole)).toBe(a.length + b.length);
      }),
      { numRuns: 25, examples: [[Float32Array.of(0), Float32Array.of(-0)]] },
    );
  });

  test('a bin holds what lies in it', () => {
    fc.assert(
      fc.property(scaled, (values) => {
        const counts = countValues(values);
        const { middles } = filledBins(counts);
        const width = 2 ** counts.exponent;
        for (const x of values) {
          const isCounted = x === 0 || middles.some((middle) => x >= middle - width / 2 && x < middle + width / 2);
          expect(isCounted).toBe(true);
        }
      }),
    );
  });

  test.each([NaN, Infinity, -Infinity])('%f is refused', (value) => {
    const error = expect.objectContaining({ code: 'compression/impossible' }) as Error;
    expect(() => countValues(Float32Array.of(1, value, 2))).toThrow(error);
  });

  test('every so-manieth value alone: one channel of several', () => {
    const values = Float32Array.of(1, 10, 2, 20, 3, 30);
    expect(countValues(values, 1, 2)).toEqual(countValues(Float32Array.of(10, 20, 30)));
  });
});

const normal = (count: number, factor = 1): Float32Array => {
  const stream = new RandomStream({ seed: 5, purpose: 'calibrate' });
  return Float32Array.from({ length: count }, () => factor * stream.normal());
};

const options = (changes: Partial<CalibrationOptions>): CalibrationOptions => ({
  calibration: 'minmax',
  percentile: 99.9,
  form: 'signed',
  bits: 8,
  ...changes,
});

const errorOf = (values: Float32Array, changes: Partial<CalibrationOptions>): number => {
  const { form, bits, ...rest } = options(changes);
  const grid = makeGrid([calibrate(countValues(values), { form, bits, ...rest })], form, bits);
  const moved = onGrid(values, grid);
  return values.reduce((sum, x, i) => sum + (x - moved[i]) ** 2, 0) / values.length;
};

describe('calibration', () => {
  test('minmax is from the least to the largest value, with 0', () => {
    expect(calibrate(countValues(Float32Array.of(-2, 0.5, 7)), options({}))).toEqual({ low: -2, high: 7 });
    expect(calibrate(countValues(Float32Array.of(3, 7)), options({}))).toEqual({ low: 0, high: 7 });
  });

  test.each(calibrations)('%s: of no values and of zeros 0 alone; never more than the values have', (calibration) => {
    const how = options({ calibration });
    expect(calibrate(noCounts(), how)).toEqual({ low: 0, high: 0 });
    const zeros = calibrate(countValues(new Float32Array(5)), how);
    expect([zeros.low + 0, zeros.high + 0]).toEqual([0, 0]);
    fc.assert(
      fc.property(finite, (values) => {
        const { low, high } = calibrate(countValues(values), how);
        expect(low).toBeGreaterThanOrEqual(Math.min(0, ...values));
        expect(high).toBeLessThanOrEqual(Math.max(0, ...values));
      }),
      { numRuns: 30 },
    );
  });

  test('percentile leaves out what it says, to a bin', () => {
    const values = Float32Array.from({ length: 10_000 }, (_, i) => i / 10);
    const { low, high } = calibrate(countValues(values), options({ calibration: 'percentile', percentile: 99 }));
    expect(low).toBe(0);
    expect(Math.abs(high - 990)).toBeLessThan(1);
    const both = values.map((x) => x - 500);
    const range = calibrate(countValues(both), options({ calibration: 'percentile', percentile: 90 }));
    expect(range.low).toBeCloseTo(-400, 0);
    expect(range.high).toBeCloseTo(400, 0);
  });

  // Half of step times levels of the best uniform quantizers (Max 1960) of 16 and 256 levels; ours have one less.
  test.each([
    [4, 2.68],
    [8, 3.94],
  ])('mse on a Gaussian: with %i bits the clip is about %f deviations', (bits, clip) => {
    const { high } = calibrate(countValues(normal(200_000)), options({ calibration: 'mse', bits }));
    expect(Math.abs(high / clip - 1)).toBeLessThan(0.08);
  });

  test('mse never errs more than minmax, and far less with an outlier', () => {
    const values = normal(20_000);
    for (const bits of [2, 3, 4, 8]) {
      const [clipped, whole] = (['mse', 'minmax'] as const).map((calibration) =>
        errorOf(values, { bits, calibration }),
      );
      expect(clipped).toBeLessThanOrEqual(whole * 1.001);
    }
    const spoilt = joined(values, Float32Array.of(60));
    expect(errorOf(spoilt, { bits: 4, calibration: 'mse' })).toBeLessThan(
      0.2 * errorOf(spoilt, { bits: 4, calibration: 'minmax' }),
    );
  });

  test('kl leaves an outlier out, and keeps the range of even values', () => {
    const spoilt = joined(normal(20_000), Float32Array.of(60));
    const { high } = calibrate(countValues(spoilt), options({ calibration: 'kl' }));
    expect(high).toBeGreaterThan(2);
    expect(high).toBeLessThan(10);
    const even = Float32Array.from({ length: 50_000 }, (_, i) => (i + 1) / 50_000);
    expect(calibrate(countValues(even), options({ calibration: 'kl', form: 'unsigned' })).high).toBeGreaterThan(0.9);
  });

  test('a scale for each channel errs less than one for all where channels differ', () => {
    const [small, large] = [normal(2000, 0.01), normal(2000, 1)];
    const both = Float32Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? small[i >> 1] : large[i >> 1]));
    const each = [0, 1].map((channel) => calibrate(countValues(both, channel, 2), options({})));
    const distance = (moved: Float32Array): number => moved.reduce((sum, x, i) => sum + (x - both[i]) ** 2, 0);
    const perTensor = distance(onGrid(both, makeGrid([calibrate(countValues(both), options({}))], 'signed', 8)));
    expect(distance(onGrid(both, makeGrid(each, 'signed', 8)))).toBeLessThan(0.8 * perTensor);
  });
});
