import { expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { makeLayout } from '../../shared/params/layout.js';
import type { Choice } from '../../shared/util/registry.js';
import { energy, gaussian, squaredDistance } from './vectors.js';

const layout = (rows: number, columns: number) =>
  makeLayout([
    { name: 'kernel', shape: [rows, columns], role: 'weight' },
    { name: 'bias', shape: [columns], role: 'weight' },
  ]);

const code = (values: Float32Array, rows: number, columns: number, stages: readonly Choice[]) =>
  createCodec({ errorFeedback: false, scope: 'tensor', stages }).encode(
    values,
    { key: { seed: 1, round: 2, client: 3, part: 'delta' }, layout: layout(rows, columns) },
    {},
  );

/** A matrix of a rank, a bias after it. */
const ofRank = (rows: number, columns: number, rank: number): Float32Array => {
  const [left, right] = [gaussian(rows * rank, 1), gaussian(columns * rank, 2)];
  const out = new Float32Array(rows * columns + columns);
  for (let i = 0; i < rows * columns; i++) {
    for (let k = 0; k < rank; k++) {
      out[i] += left[Math.floor(i / columns) * rank + k] * right[(i % columns) * rank + k];
    }
  }
  out.set(gaussian(columns, 3), rows * columns);
  return out;
};

const nmse = (values: Float32Array, decoded: Float32Array): number => squaredDistance(values, decoded) / energy(values);

test.each([1, 2, 3])('a matrix of rank %i comes back from factors of that rank and of more', (rank) => {
  const values = ofRank(40, 30, rank);
  for (const sent of [rank, rank + 1, rank + 3]) {
    const { decoded, payload } = code(values, 40, 30, [{ lowrank: { rank: sent } }]);
    expect(nmse(values, decoded)).toBeLessThan(1e-10);
    expect(payload.length).toBe(4 * (sent * (40 + 30) + 30) + 11);
    expect([...decoded.subarray(1200)]).toEqual([...values.subarray(1200)]);
  }
});

test('more rank and more iterations never lose more', () => {
  const values = gaussian(40 * 30 + 30);
  const errors = [1, 2, 4, 8, 16].map((rank) => nmse(values, code(values, 40, 30, [{ lowrank: { rank } }]).decoded));
  errors.forEach((error, i) => {
    expect(error).toBeLessThan(1);
    if (i > 0) expect(error).toBeLessThan(errors[i - 1]);
  });
  const more = nmse(values, code(values, 40, 30, [{ lowrank: { rank: 4, iterations: 8 } }]).decoded);
  expect(more).toBeLessThan(errors[2]);
});

test('zeros stay zeros, factors may be quantized, and what would not be smaller travels as it is', () => {
  expect([...code(new Float32Array(1230), 40, 30, [{ lowrank: {} }]).decoded]).toEqual([...new Float32Array(1230)]);
  const values = ofRank(40, 30, 2);
  expect(nmse(values, code(values, 40, 30, [{ lowrank: {} }, { float16: {} }]).decoded)).toBeLessThan(1e-6);
  const small = gaussian(4 * 4 + 4);
  expect([...code(small, 4, 4, [{ lowrank: { rank: 2 } }]).decoded]).toEqual([...small]);
});

test('rows that signs alone could miss are found: two equal entries, in every draw', () => {
  const values = new Float32Array(40 * 30 + 30);
  for (let row = 0; row < 40; row++) values[row * 30 + 4] = values[row * 30 + 19] = row - 7;
  for (let round = 0; round < 20; round++) {
    const { decoded } = createCodec({
      errorFeedback: false,
      scope: 'tensor',
      stages: [{ lowrank: { rank: 1 } }],
    }).encode(values, { key: { seed: 1, round, client: 3, part: 'delta' }, layout: layout(40, 30) }, {});
    expect(nmse(values, decoded)).toBeLessThan(1e-10);
  }
});

test('factors of denormals and of the greatest floats are finite', () => {
  for (const size of [1.4e-45, 3.4028234663852886e38]) {
    const values = gaussian(40 * 30 + 30).map((value) => Math.sign(value) * size);
    const { decoded } = code(values, 40, 30, [{ lowrank: { rank: 3, iterations: 20 } }]);
    expect(decoded.every((value) => Number.isFinite(value))).toBe(true);
  }
});
