import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawSigns, paddedLength, pieceLengths, rotate, rotateBack } from '../../shared/codec/hadamard.js';
import { RandomStream } from '../../shared/util/random.js';
import { codeOnce, expectUnbiased, meanNmse } from './laws.js';
import { energy, gaussian, heavyTailed, squaredDistance } from './vectors.js';

const signsFor = (length: number, seed = 1): Uint32Array =>
  drawSigns(new RandomStream({ seed, purpose: 'test/rotate' }), paddedLength(length));

describe('the Hadamard rotation', () => {
  test('is Sylvester’s matrix over √n', () => {
    const rotated = rotate(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), new Uint32Array(1));
    expect(rotated.length).toBe(8);
    const parity = (bits: number): number => (bits === 0 ? 0 : (bits & 1) ^ parity(bits >>> 1));
    rotated.forEach((value, row) => {
      let sum = 0;
      for (let column = 0; column < 8; column++) sum += (parity(row & column) ? -1 : 1) * (column + 1);
      expect(value).toBeCloseTo(sum / Math.sqrt(8), 5);
    });
  });

  test('keeps lengths and can be taken back, for every length', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1500 }), fc.integer({ min: 0, max: 99 }), (length, seed) => {
        const values = heavyTailed(length, seed);
        const signs = signsFor(length, seed);
        const rotated = rotate(values, signs);
        expect(Math.abs(energy(rotated) / energy(values) - 1)).toBeLessThan(1e-5);
        expect(squaredDistance(rotateBack(rotated, signs, length), values)).toBeLessThan(1e-10 * energy(values));
      }),
      { numRuns: 40 },
    );
  });

  test('pieces are powers of two, cover the vector, and pad an eighth at most beyond 64 coordinates', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_000_000 }), (length) => {
        const pieces = pieceLengths(length);
        const padded = paddedLength(length);
        expect(pieces.every((piece) => piece >= 1 && (piece & (piece - 1)) === 0)).toBe(true);
        expect(padded).toBeGreaterThanOrEqual(length);
        expect(padded - length).toBeLessThanOrEqual(Math.max(64, length / 7));
      }),
    );
    expect(pieceLengths(199_210)).toEqual([131_072, 65_536, 2048, 512, 64]);
  });

  test('rotated k-level rounding keeps the bound (2 ln d + 2)/(k − 1)²', () => {
    for (const values of [gaussian(1024), heavyTailed(1024)]) {
      for (const bits of [2, 4]) {
        const stages = [{ rotate: {} }, { quantize: { bits, rounding: 'stochastic' } }];
        // Levels from −m to m are at most twice as far apart as levels from the least to the largest value.
        const bound = (4 * (2 * Math.log(1024) + 2)) / (2 ** bits - 2) ** 2;
        expect(meanNmse(values, stages, 20)).toBeLessThan(bound);
      }
    }
    expectUnbiased(heavyTailed(100), [{ rotate: {} }, { quantize: { bits: 3, rounding: 'stochastic' } }], 1500);
  });
});

const vectors = {
  gaussian: gaussian(1024),
  lognormal: gaussian(1024, 5).map((value, i) => (i % 2 ? -1 : 1) * Math.exp(value)),
  laplace: gaussian(1024, 6).map((value, i) => value * Math.abs(gaussian(1024, 7)[i])),
  constant: new Float32Array(1024).fill(0.3),
};

describe('EDEN and DRIVE', () => {
  test('unbiased: the product with the vector is its squared length, in every draw', () => {
    for (const stage of [{ drive: {} }, { eden: { bits: 0.5 } }, { eden: { bits: 2 } }, { eden: { bits: 2.5 } }]) {
      for (const [round, values] of Object.values(vectors).entries()) {
        const { decoded } = codeOnce(values, [stage], round);
        const product = decoded.reduce((sum, value, i) => sum + value * values[i], 0);
        expect(Math.abs(product / energy(values) - 1)).toBeLessThan(1e-4);
        const error = squaredDistance(values, decoded) / energy(values);
        expect(Math.abs(error - (energy(decoded) / energy(values) - 1))).toBeLessThan(2e-4);
      }
    }
  });

  test.each([
    [{ eden: { bits: 1 } }, 0.5708],
    [{ eden: { bits: 2 } }, 0.1331],
    [{ eden: { bits: 3 } }, 0.0358],
    [{ eden: { bits: 4 } }, 0.00959],
    [{ drive: {} }, Math.PI / 2 - 1],
    [{ drive: { scale: 'least-error' } }, 1 - 2 / Math.PI],
    [{ eden: { bits: 0.5 } }, Math.PI - 1],
    [{ eden: { bits: 0.25 } }, 2 * Math.PI - 1],
  ])('%o: the error is %d whatever the vector', (stage, expected) => {
    for (const values of Object.values(vectors)) {
      expect(Math.abs(meanNmse(values, [stage], 40) / expected - 1)).toBeLessThan(0.06);
    }
  });

  test('a fraction of bits lies between its neighbours and costs what it says', () => {
    const values = gaussian(4096);
    const errors = [1, 1.5, 2, 2.5, 3].map((bits) => meanNmse(values, [{ eden: { bits } }], 3));
    for (let i = 1; i < errors.length; i++) expect(errors[i]).toBeLessThan(errors[i - 1]);
    const bytes = (bits: number): number => codeOnce(values, [{ eden: { bits } }]).payload.length;
    expect(bytes(1.5) - bytes(1)).toBe(4096 / 16);
    expect(bytes(0.25) - bytes(0.125)).toBe(4096 / 64);
  });

  test('one-hot vectors come back exactly, and two equal spikes no worse than the vector itself at one bit', () => {
    const spike = new Float32Array(1024);
    spike[77] = -3;
    expect(meanNmse(spike, [{ eden: { bits: 1 } }], 5)).toBeLessThan(1e-10);
    const two = new Float32Array(1024);
    two[5] = two[900] = 1;
    expect(meanNmse(two, [{ eden: { bits: 1 } }], 20)).toBeLessThan(1.01);
  });
});
