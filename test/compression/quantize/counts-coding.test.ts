import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeCounts, encodeCounts } from '../../../shared/compression/quantize/counts-coding.js';
import { countValues, noCounts, type ValueCounts } from '../../../shared/compression/quantize/counts.js';
import { CodedError } from '../../../shared/util/errors.js';
import { RandomStream } from '../../../shared/util/random.js';
import { refused } from '../../support/refusal.js';

const values = fc.float32Array({ noNaN: true, noDefaultInfinity: true, maxLength: 40 });

const same = (a: ValueCounts, b: ValueCounts): void => {
  expect({ ...a, bins: [] }).toEqual({ ...b, bins: [] });
  expect(a.bins.every((count, i) => count === b.bins[i])).toBe(true);
};

const activations = (): Float32Array => {
  const stream = new RandomStream({ seed: 1, purpose: 'counts' });
  return Float32Array.from({ length: 50_000 }, () => Math.max(0, stream.normal()));
};

describe('counts as bytes', () => {
  test('come back as they were', () => {
    fc.assert(
      fc.property(fc.array(values, { maxLength: 3 }), (points) => {
        const counts = points.map((one) => countValues(one));
        const decoded = decodeCounts(encodeCounts(counts), counts.length);
        decoded.forEach((one, i) => same(one, counts[i]));
      }),
      { numRuns: 60 },
    );
    same(decodeCounts(encodeCounts([noCounts()]), 1)[0], noCounts());
  });

  test('are far fewer than the values', () => {
    expect(encodeCounts([countValues(activations())]).length).toBeLessThan(4 * 50_000 * 0.02);
  });

  test('cut off anywhere, or longer, they are refused', () => {
    const bytes = encodeCounts([countValues(Float32Array.of(0, 1, 2, -7, 100))]);
    for (let length = 0; length < bytes.length; length++) {
      expect(refused(() => decodeCounts(bytes.subarray(0, length), 1)).code).toMatch(/^codec\//);
    }
    expect(refused(() => decodeCounts(Uint8Array.of(...bytes, 0), 1)).code).toBe('codec/trailing-bytes');
  });

  test('any bytes give counts or a coded refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        try {
          const [{ least, largest, bins }] = decodeCounts(bytes, 1);
          expect(bins.every((count) => count >= 0)).toBe(true);
          expect(Number.isNaN(least) || Number.isNaN(largest)).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
    );
  });

  test.each([
    ['too many bins', [0, 0, 0, 0xff, 0xff, 0x03], 'codec/bad-count'],
    ['an exponent that no float has', [0xff, 0xff, 0, 0], 'codec/bad-scale'],
  ])('%s', (_title, bytes, code) => {
    expect(refused(() => decodeCounts(Uint8Array.from(bytes), 1)).code).toBe(code);
  });
});
