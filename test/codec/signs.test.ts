import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import limits from '../vectors/codec-limits.json' with { type: 'json' };
import { isNegative, wordsOf } from '../../shared/codec/negative.js';
import { presets } from '../../shared/codec/presets.js';
import { majority } from '../../shared/method/aggregate/majority.js';
import { makeLayout } from '../../shared/params/layout.js';
import { coding, contextOf, energy, gaussian, heavyTailed, specialVectors, squaredDistance } from './vectors.js';

const encode = (value: Float32Array, stages: Parameters<typeof coding>[0], key = {}) =>
  createCodec(coding(stages)).encode(value, contextOf(value.length, key), {});

const meanOf = (values: readonly number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;

test('the bits of floats say which are below zero: not −0', () => {
  const values = fc.oneof(
    fc.float({ noNaN: true }),
    fc.constantFrom(0, -0, 2 ** -149, -(2 ** -149), Infinity, -Infinity),
  );
  fc.assert(
    fc.property(fc.array(values), (list) => {
      const floats = Float32Array.from(list);
      return wordsOf(floats).every((word, i) => isNegative(word) === (floats[i] < 0 ? 1 : 0));
    }),
  );
});

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

describe('signs without a scale', () => {
  test('are ±1 in a bit a coordinate and a byte', () => {
    const value = heavyTailed(1001);
    const { decoded, payload } = encode(value, [{ sign: { scale: 'none' } }]);
    expect([...decoded]).toEqual([...value].map(Math.sign));
    expect(payload.length).toBe(11 + 1 + 126);
  });

  test('a vector of zeros has no votes, and zeros among others vote + and − in turn', () => {
    expect([...encode(new Float32Array(9), [{ sign: { scale: 'none' } }]).decoded].every((x) => x === 0)).toBe(true);
    const sum = new Float64Array(4);
    for (let client = 0; client < 10; client++) {
      encode(Float32Array.of(-7, 0, 0, -0), [{ sign: { scale: 'none' } }], { client }).decoded.forEach(
        (x, i) => (sum[i] += x),
      );
    }
    expect([...sum]).toEqual([-10, 0, 0, 0]);
  });
});

test('signSGD with majority vote: the preset’s payloads, folded by the rule, step where most clients’ signs point', () => {
  const { coding: chosen } = presets['signsgd'];
  const codec = createCodec(chosen);
  const length = 500;
  const vectors = [1, 2, 3, 4, 5].map((seed) => heavyTailed(length, seed));
  const { layout } = contextOf(length);
  const part = { name: 'delta', coding: 'codec' as const, layout };
  const rule = majority.create({ learningRate: 0.25 }).begin({ part, state: {}, seed: 1, round: 3 });
  vectors.forEach((value, client) => {
    const context = contextOf(length, { client });
    const { payload } = codec.encode(value, context, {});
    expect(payload.length).toBe(11 + 1 + 63);
    rule.fold({
      client,
      samples: 1 + client,
      fold: (_, weight, into) => codec.fold(payload, weight, into, context),
      integers: () => new BigInt64Array(0),
    });
  });
  const { value } = rule.finish()!;
  const votes = Array.from({ length }, (_, i) => vectors.reduce((sum, vector) => sum + Math.sign(vector[i]), 0));
  expect([...value]).toEqual(votes.map((sum) => 0.25 * Math.sign(sum)));
});

describe('1-bit SGD', () => {
  const [rows, columns] = [50, 6];
  const layout = makeLayout([
    { name: 'kernel', shape: [5, 10, columns], role: 'weight' },
    { name: 'bias', shape: [columns], role: 'weight' },
  ]);
  const encodeTensors = (value: Float32Array, name: 'onebit' | 'sign') =>
    createCodec(coding([{ [name]: {} }], { scope: 'tensor' })).encode(value, { ...contextOf(0), layout }, {});
  const column = (of: Float32Array, c: number): Float32Array =>
    of.filter((_, i) => i < rows * columns && i % columns === c);

  test('values become the mean of their column’s negative or other values', () => {
    const value = heavyTailed(layout.floats).map((x, i) => x + (i % columns) * 1e-3);
    const { decoded } = encodeTensors(value, 'onebit');
    for (let c = 0; c < columns; c++) {
      const [given, got] = [column(value, c), column(decoded, c)];
      for (const negative of [true, false]) {
        const members = [...given.keys()].filter((i) => given[i] < 0 === negative);
        const mean = Math.fround(meanOf(members.map((i) => given[i])));
        for (const i of members) expect(got[i]).toBe(mean);
      }
    }
    // The bias is one column.
    expect(new Set(decoded.subarray(rows * columns)).size).toBeLessThanOrEqual(2);
  });

  test('never loses more than signs with one magnitude, in any column', () => {
    for (const value of [...Object.values(specialVectors), heavyTailed(400, 3), gaussian(400).map((x) => x + 0.5)]) {
      const scale = energy(value);
      const [one, other] = ['onebit', 'sign'].map((stage) =>
        squaredDistance(value, encode(value, [{ [stage]: {} }]).decoded),
      );
      expect(one).toBeLessThanOrEqual(other + 1e-12 * scale);
    }
    const value = gaussian(layout.floats).map((x, i) => x * (1 + (i % columns)) + (i % 2));
    const { decoded } = encodeTensors(value, 'onebit');
    for (let c = 0; c < columns; c++) {
      const given = column(value, c);
      const signs = encode(given, [{ sign: {} }]).decoded;
      expect(squaredDistance(given, column(decoded, c))).toBeLessThan(squaredDistance(given, signs));
    }
  });

  test('costs a bit a value and eight bytes a column', () => {
    expect(encodeTensors(gaussian(layout.floats), 'onebit').payload.length).toBe(11 + 38 + 8 * columns + 1 + 8);
  });

  test('columns of zeros, and of one sign, are exact in their mean', () => {
    expect(encode(new Float32Array(70), [{ onebit: {} }]).decoded.every((x) => x === 0)).toBe(true);
    expect([...encode(Float32Array.of(-2, -4), [{ onebit: {} }]).decoded]).toEqual([-3, -3]);
  });

  test('means on the wrong side of zero, or infinite, are refused', () => {
    const codec = createCodec(coding([{ onebit: {} }]));
    const { payload } = codec.encode(gaussian(10), contextOf(10), {});
    for (const [place, mean] of [
      [11, 1],
      [15, -1],
      [15, Infinity],
    ]) {
      const damaged = payload.slice();
      new DataView(damaged.buffer).setFloat32(place, mean, true);
      expect(() => codec.decode(damaged, contextOf(10))).toThrowError(
        expect.objectContaining({ code: 'codec/bad-scale' }),
      );
    }
  });
});
