import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import limits from '../vectors/codec-limits.json' with { type: 'json' };
import { coding, contextOf, energy, gaussian, heavyTailed } from './vectors.js';

const encode = (value: Float32Array, stages: Parameters<typeof coding>[0], key = {}) =>
  createCodec(coding(stages)).encode(value, contextOf(value.length, key), {});

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

describe('ternary', () => {
  test('the worked example', () => {
    const value = Float32Array.from(limits.stc.x);
    const stages = [{ topk: { count: limits.stc.k } }, { ternary: {} }];
    const { decoded, payload, measures } = encode(value, stages);
    const codec = createCodec(coding(stages));
    expect(Array.from(codec.support(payload, contextOf(value.length)) ?? [])).toEqual(limits.stc.positions);
    limits.stc.positions.forEach((position, i) =>
      expect(decoded[position]).toBe(Math.fround(limits.stc.mu) * limits.stc.signs[i]),
    );
    expect(measures.errorEnergy / measures.inputEnergy).toBeCloseTo(limits.stc.nmse, 6);
  });

  test.each([
    [0.01, heavyTailed(4000)],
    [0.1, gaussian(4000)],
    [1, gaussian(100)],
  ])('NMSE is 1 − k μ² / ‖x‖² at density %f', (fraction, value) => {
    const { decoded, measures } = encode(value, [{ topk: { fraction } }, { ternary: {} }]);
    const kept = Array.from(decoded.keys()).filter((i) => decoded[i] !== 0);
    const mu = meanOf(kept.map((i) => Math.abs(value[i])));
    expect(kept.every((i) => Math.sign(decoded[i]) === Math.sign(value[i]))).toBe(true);
    const expected = 1 - (kept.length * mu * mu) / energy(value);
    expect(measures.errorEnergy / measures.inputEnergy).toBeCloseTo(expected, 6);
  });

  test.each(Object.entries(limits.topKGaussian))(
    'error on a Gaussian at density %s is that of theory',
    (density, { ternaryNmse }) => {
      const { measures } = encode(gaussian(200_000), [{ topk: { fraction: Number(density) } }, { ternary: {} }]);
      expect(Math.abs(measures.errorEnergy / measures.inputEnergy - ternaryNmse)).toBeLessThan(
        0.05 * (1 - ternaryNmse),
      );
    },
  );

  test('zeros on random positions stay zero', () => {
    const value = Float32Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 0 : i % 4 === 1 ? 3 : -1));
    const { decoded } = encode(value, [{ randomk: { fraction: 0.5, scale: 'none' } }, { ternary: {} }]);
    expect(decoded.every((x, i) => x === 0 || Math.sign(x) === Math.sign(value[i]))).toBe(true);
    expect(decoded.some((x) => x !== 0)).toBe(true);
  });
});

describe('sign', () => {
  test('the worked example', () => {
    const value = Float32Array.from(limits.scaledSign.x);
    const { decoded, measures } = encode(value, [{ sign: {} }]);
    expect(decoded).toEqual(value.map((x) => Math.sign(x) * limits.scaledSign.scale));
    expect(measures.errorEnergy / measures.inputEnergy).toBeCloseTo(limits.scaledSign.nmse, 6);
  });

  test.each([
    ['gaussian', gaussian(3001)],
    ['heavy tails', heavyTailed(3001)],
    ['half zeros', Float32Array.from({ length: 500 }, (_, i) => (i % 2) * (i - 250))],
  ])('NMSE is 1 − ‖x‖₁² / (d ‖x‖²): %s', (_, value) => {
    const { measures } = encode(value, [{ sign: {} }]);
    const l1 = value.reduce((sum, x) => sum + Math.abs(x), 0);
    expect(measures.errorEnergy / measures.inputEnergy).toBeCloseTo(1 - (l1 * l1) / (value.length * energy(value)), 6);
  });

  test('NMSE on a Gaussian is 1 − 2/π', () => {
    const { measures } = encode(gaussian(200_000), [{ sign: {} }]);
    expect(measures.errorEnergy / measures.inputEnergy).toBeCloseTo(1 - 2 / Math.PI, 2);
  });

  test('costs a bit a coordinate, a scale and a header', () => {
    const { payload, measures } = encode(gaussian(1001), [{ sign: {} }]);
    expect(payload.length).toBe(11 + 4 + 126);
    expect(measures.valueBytes).toBe(126);
    expect(measures.naiveBytes).toBe(126);
  });

  test('zeros take both signs equally often over rounds and clients', () => {
    const value = Float32Array.of(1, 0, -0, 0);
    for (const key of ['round', 'client']) {
      const sum = new Float64Array(4);
      for (let turn = 0; turn < 10; turn++) {
        encode(value, [{ sign: {} }], { [key]: turn }).decoded.forEach((x, i) => (sum[i] += x));
      }
      expect(Array.from(sum)).toEqual([2.5, 0, 0, 0]);
    }
  });
});
