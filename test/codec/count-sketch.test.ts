import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CountSketch } from '../../shared/codec/count-sketch.js';
import { topPositions } from '../../shared/codec/top-positions.js';
import { energy, gaussian } from './vectors.js';

const sketchOf = (sketcher: CountSketch, values: ArrayLike<number>): Float64Array => {
  const out = new Float64Array(sketcher.size);
  sketcher.add(values, null, 1, out);
  return out;
};

test('the sketch of a sum is the sum of the sketches, also with weights and by positions', () => {
  const sketcher = new CountSketch({ rows: 3, columns: 16 }, 7);
  // Whole numbers, so that no sum is rounded.
  const vectors = fc.tuple(
    ...([0, 1] as const).map(() => fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 100, maxLength: 100 })),
  );
  fc.assert(
    fc.property(vectors, fc.integer({ min: -8, max: 8 }), ([a, b], weight) => {
      const sum = sketchOf(
        sketcher,
        a.map((value, i) => value + weight * b[i]),
      );
      const added = sketchOf(sketcher, a);
      const positions = Uint32Array.from(b.keys()).filter((i) => b[i] !== 0);
      sketcher.add(
        Array.from(positions, (i) => b[i]),
        positions,
        weight,
        added,
      );
      expect([...added].map((value) => value + 0)).toEqual([...sum].map((value) => value + 0));
    }),
  );
});

test('columns and signs follow from the seed, are spread evenly, and each coordinate has one of each in a row', () => {
  const sketcher = new CountSketch({ rows: 5, columns: 16 }, 3);
  const counts = new Float64Array(sketcher.size);
  let signs = 0;
  for (let i = 0; i < 1600; i++) {
    const one = new Float64Array(sketcher.size);
    sketcher.add([1], Uint32Array.of(i), 1, one);
    for (let row = 0; row < 5; row++) {
      const filled = [...one.subarray(16 * row, 16 * row + 16).entries()].filter(([, value]) => value !== 0);
      expect(filled).toHaveLength(1);
      const [[column, sign]] = filled;
      expect(Math.abs(sign)).toBe(1);
      counts[16 * row + column]++;
      signs += sign;
    }
  }
  // Binomial with mean 100: six standard deviations. The signs of 8,000: five.
  expect(counts.every((count) => Math.abs(count - 100) < 60)).toBe(true);
  expect(Math.abs(signs)).toBeLessThan(5 * Math.sqrt(8_000));
  const values = gaussian(100);
  const shape = { rows: 3, columns: 32 };
  expect(sketchOf(new CountSketch(shape, 1), values)).toEqual(sketchOf(new CountSketch(shape, 1), values));
  expect(sketchOf(new CountSketch(shape, 1), values)).not.toEqual(sketchOf(new CountSketch(shape, 2), values));
});

test('an estimate is off by ‖x‖/√columns in a row, less in the median of five, and is not biased', () => {
  const values = gaussian(20_000);
  const norm = Math.sqrt(energy(values));
  const errorsOf = (rows: number): Float32Array => {
    const sketcher = new CountSketch({ rows, columns: 1024 }, 5);
    return sketcher.estimate(sketchOf(sketcher, values), values.length).map((value, i) => value - values[i]);
  };
  const [one, five] = [errorsOf(1), errorsOf(5)];
  const rootMeanSquare = (errors: Float32Array): number => Math.sqrt(energy(errors) / errors.length);
  expect(rootMeanSquare(one) / (norm / 32)).toBeGreaterThan(0.9);
  expect(rootMeanSquare(one) / (norm / 32)).toBeLessThan(1.1);
  expect(rootMeanSquare(five)).toBeLessThan(0.7 * rootMeanSquare(one));
  const bias = five.reduce((sum, error) => sum + error, 0) / five.length;
  expect(Math.abs(bias)).toBeLessThan(0.05 * rootMeanSquare(five));
});

test('what stands out of the rest is found, and a lone coordinate exactly', () => {
  const values = gaussian(50_000).map((value) => value / 100);
  const heavy = [5, 1234, 20_000, 49_999];
  heavy.forEach((position, i) => (values[position] = (i % 2 === 0 ? 1 : -1) * 10));
  const sketcher = new CountSketch({ rows: 5, columns: 2048 }, 1);
  const estimates = sketcher.estimate(sketchOf(sketcher, values), values.length);
  expect([...topPositions(estimates, 4)]).toEqual(heavy);
  const lone = new Float32Array(1000);
  lone[77] = 0.3;
  expect([...sketcher.estimate(sketchOf(sketcher, lone), Uint32Array.of(77))]).toEqual([Math.fround(0.3)]);
});

test('estimates at positions are those of all, across the chunks in which they are made', () => {
  const sketcher = new CountSketch({ rows: 7, columns: 100 }, 2);
  const sketch = sketchOf(sketcher, gaussian(9000));
  const all = sketcher.estimate(sketch, 9000);
  const positions = Uint32Array.of(0, 4095, 4096, 8191, 8192, 8999);
  expect([...sketcher.estimate(sketch, positions)]).toEqual([...positions].map((position) => all[position]));
});

test.each([1, 3, 5, 7])('an estimate is the median of the signed sums of %i rows', (rows) => {
  const sketcher = new CountSketch({ rows, columns: 16 }, 4);
  const sketch = sketchOf(sketcher, gaussian(300));
  const estimates = sketcher.estimate(sketch, 300);
  for (let i = 0; i < 300; i++) {
    const one = new Float64Array(sketcher.size);
    sketcher.add([1], Uint32Array.of(i), 1, one);
    const sums = [...one.entries()].filter(([, sign]) => sign !== 0).map(([at, sign]) => sign * sketch[at]);
    expect(sums).toHaveLength(rows);
    expect(estimates[i]).toBe(Math.fround(sums.sort((a, b) => a - b)[rows >> 1]));
  }
});
