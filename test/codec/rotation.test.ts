import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  drawSigns,
  paddedLength,
  pieceLengths,
  rotate,
  rotateBack,
  walshHadamard,
} from '../../shared/codec/hadamard.js';
import { RandomStream } from '../../shared/util/random.js';
import { createCodec } from '../../shared/codec/pipeline.js';
import type { Choice } from '../../shared/util/registry.js';
import limits from '../vectors/codec-limits.json' with { type: 'json' };
import { codeOnce, expectUnbiased, meanNmse } from './laws.js';
import { coding, contextOf, energy, gaussian, heavyTailed, squaredDistance } from './vectors.js';

const signsFor = (length: number, seed = 1): Uint32Array =>
  drawSigns(new RandomStream({ seed, purpose: 'test/rotate' }), paddedLength(length));

const gaussianPair = gaussian(1024, 7);

/** Whether the number of ones is odd. */
const parity = (bits: number): number => (bits === 0 ? 0 : (bits & 1) ^ parity(bits >>> 1));

describe('the Hadamard rotation', () => {
  test('is Sylvester’s matrix over √n', () => {
    const rotated = rotate(Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8), new Uint32Array(1));
    expect(rotated.length).toBe(8);
    rotated.forEach((value, row) => {
      let sum = 0;
      for (let column = 0; column < 8; column++) sum += (parity(row & column) ? -1 : 1) * (column + 1);
      expect(value).toBeCloseTo(sum / Math.sqrt(8), 5);
    });
  });

  test('gives known values, as an independent program computed them', () => {
    const { in: given, out } = limits.fwht;
    rotate(Float32Array.from(given), new Uint32Array(1)).forEach((value, i) => expect(value).toBeCloseTo(out[i], 5));
  });

  test.each([1, 2, 4, 8, 64, 2048, 4096, 8192, 16_384, 32_768])(
    'of %i numbers: twice it is n times them, to the bit for whole numbers',
    (length) => {
      const random = new RandomStream({ seed: length, purpose: 'test/hadamard' });
      const values = Float64Array.from({ length }, () => random.below(2001) - 1000);
      const twice = values.slice();
      walshHadamard(twice);
      // Row 0 is all ones; the last row's signs are the parity of the ones in the column's number.
      expect(twice[0]).toBe(values.reduce((sum, value) => sum + value, 0));
      expect(twice[length - 1]).toBe(values.reduce((sum, value, i) => sum + (parity(i) ? -value : value), 0));
      walshHadamard(twice);
      expect(twice.every((value, i) => value === length * values[i])).toBe(true);
    },
  );

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
        const bound = (2 * Math.log(1024) + 2) / (2 ** bits - 1) ** 2;
        const minmax = { bits, rounding: 'stochastic', scale: 'minmax' };
        expect(meanNmse(values, [{ rotate: {} }, { quantize: minmax }], 20)).toBeLessThan(bound);
        // Levels from −m to m are at most twice as far apart as levels from the least to the largest value, and one fewer.
        const wider = (4 * (2 * Math.log(1024) + 2)) / (2 ** bits - 2) ** 2;
        expect(meanNmse(values, [{ rotate: {} }, { quantize: { bits, rounding: 'stochastic' } }], 20)).toBeLessThan(
          wider,
        );
      }
    }
    expectUnbiased(heavyTailed(100), [{ rotate: {} }, { quantize: { bits: 3, rounding: 'stochastic' } }], 400);
  });
});

const exponential = gaussian(1024, 6).map((value, i) => value * value + gaussianPair[i] ** 2);
const vectors = {
  gaussian: gaussian(1024),
  lognormal: gaussian(1024, 5).map((value, i) => (i % 2 ? -1 : 1) * Math.exp(value)),
  laplace: exponential.map((value, i) => (i % 2 ? -value : value)),
  constant: new Float32Array(1024).fill(0.3),
};

const spikes = (...positions: number[]): Float32Array => {
  const out = new Float32Array(1024);
  for (const position of positions) out[position] = -3;
  return out;
};

const expectProduct = (values: Float32Array, stage: Choice, round: number): void => {
  const { decoded } = codeOnce(values, [stage], round);
  const product = decoded.reduce((sum, value, i) => sum + value * values[i], 0);
  expect(Math.abs(product / energy(values) - 1)).toBeLessThan(1e-4);
  const error = squaredDistance(values, decoded) / energy(values);
  expect(Math.abs(error - (energy(decoded) / energy(values) - 1))).toBeLessThan(2e-4);
};

describe('EDEN and DRIVE', () => {
  test('unbiased: the product with the vector is its squared length, in every draw', () => {
    const bits = [0.05, 0.3, 0.5, 1, 2, 2.5, 3.7, 8];
    for (const stage of [{ drive: {} }, ...bits.map((b) => ({ eden: { bits: b } }))]) {
      for (const [round, values] of Object.values(vectors).entries()) expectProduct(values, stage, round);
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
    [{ eden: { bits: 0.3 } }, Math.PI / 0.6 - 1],
    [{ eden: { bits: 0.5, scale: 'least-error' } }, 1 - 1 / Math.PI],
  ])('%o: the error is %d whatever the vector', (stage, expected) => {
    for (const values of Object.values(vectors)) {
      // Of 40 draws of 1024 coordinates the mean scatters by about 1 %.
      expect(Math.abs(meanNmse(values, [stage], 40) / expected - 1)).toBeLessThan(0.06);
    }
  });

  test('without one Hadamard rotation’s small rest it is unbiased', () => {
    // The rest is about 1e-5 ‖x‖² of a Gaussian's 256 coordinates, and 3e-3 ‖x‖² where two or three hold most of the energy;
    // 300 draws scatter by 0.57/300 at one bit.
    for (const bits of [0.5, 1, 1.5]) expectUnbiased(gaussian(256), [{ eden: { bits } }], 300);
  });

  test('any number of bits: more lose less, and each costs what it says', () => {
    const values = gaussian(4096);
    const bits = [0.1, 0.25, 0.7, 1, 1.3, 1.9, 2, 2.5, 3, 5.2, 8];
    const errors = bits.map((b) => meanNmse(values, [{ eden: { bits: b } }], 3));
    const header = 11 + 4;
    bits.forEach((b, i) => {
      if (i > 0) expect(errors[i]).toBeLessThan(errors[i - 1]);
      const { payload } = codeOnce(values, [{ eden: { bits: b } }]);
      // Five standard deviations of how many coordinates have one bit more, the eight that always have one, and a byte.
      const part = b - Math.floor(b);
      const slack = (5 * Math.sqrt(4096 * part * (1 - part)) + 8) / 8 + 1;
      expect(Math.abs(payload.length - header - (4096 * b) / 8)).toBeLessThanOrEqual(slack);
    });
  });

  test('one-hot vectors come back exactly', () => {
    for (const bits of [1, 2, 4]) expect(meanNmse(spikes(77), [{ eden: { bits } }], 5)).toBeLessThan(1e-10);
  });

  test.each([
    [5, 900],
    [6, 7],
    [512, 1023],
  ])('two equal spikes, at %i and %i: half of what is rotated is zero', (...positions) => {
    const two = spikes(...positions);
    expect(meanNmse(two, [{ drive: { scale: 'least-error' } }], 10)).toBeCloseTo(0.5, 5);
    for (const [bits, expected] of [
      [1, 1],
      [2, 0.0899],
      [4, 0.0105],
    ]) {
      expect(Math.abs(meanNmse(two, [{ eden: { bits } }], 5) / expected - 1)).toBeLessThan(0.02);
    }
    // Which coordinates have a bit is drawn at random: a pattern could meet the zeros alone.
    for (let round = 0; round < 20; round++) expectProduct(two, { eden: { bits: 0.5 } }, round);
  });

  test('of short pieces enough coordinates have a bit for a scale', () => {
    for (let round = 0; round < 50; round++) {
      const { measures } = codeOnce(gaussian(64), [{ eden: { bits: 0.02 } }], round);
      expect(measures.errorEnergy / measures.inputEnergy).toBeLessThan(100);
    }
  });

  test('bits after the last code must be zero', () => {
    const codec = createCodec(coding([{ eden: { bits: 1.5 } }]));
    const context = contextOf(100);
    const { payload } = codec.encode(gaussian(100), context, {});
    payload[payload.length - 1] |= 1;
    expect(() => codec.decode(payload, context)).toThrowError(expect.objectContaining({ code: 'codec/bad-stream' }));
  });
});
