import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeLayout } from '../../shared/params/layout.js';
import { decodeModel, encodeModel } from '../../shared/params/model-file.js';
import { gatherFloats, modelHash, scatterFloats } from '../../shared/params/parameters.js';
import { BitSet } from '../../shared/params/bitset.js';
import { decodeVectors, encodeVectors } from '../../shared/params/vector-file.js';
import { codeOf } from '../support/refusal.js';

const vectors = {
  a: Float32Array.of(1, -0, 3e-42),
  counts: BigInt64Array.of(2n ** 60n, -1n),
  raw: Uint8Array.of(1, 2, 3),
};

describe('a .fsq file', () => {
  test('gives back every number and the meta data', () => {
    const { meta, vectors: read } = decodeVectors(encodeVectors({ round: 3, name: 'ü' }, vectors), 'x');
    expect(meta).toEqual({ round: 3, name: 'ü' });
    expect(read).toEqual(vectors);
    expect(Object.is(read['a'][1], -0)).toBe(true);
  });

  test('is read from the middle of a larger buffer, whatever the offset, as copies', () => {
    fc.assert(
      fc.property(fc.nat(17), fc.array(fc.float({ noNaN: true }), { maxLength: 20 }), (offset, numbers) => {
        const file = encodeVectors({}, { v: Float32Array.from(numbers) });
        const pool = Buffer.alloc(file.length + offset + 9, 0xee);
        pool.set(file, offset);
        const { vectors: read } = decodeVectors(pool.subarray(offset, offset + file.length), 'x');
        pool.fill(0);
        expect(read['v']).toEqual(Float32Array.from(numbers));
      }),
    );
  });

  test('cut anywhere or with any byte changed it is refused', () => {
    const file = encodeVectors({ round: 3 }, vectors);
    for (let length = 0; length < file.length; length++) {
      expect(codeOf(() => decodeVectors(file.subarray(0, length), 'x'))).toBe('params/bad-file');
    }
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at] ^= 0x41;
      expect(
        codeOf(() => decodeVectors(damaged, 'x')),
        `byte ${at}`,
      ).toBe('params/bad-file');
    }
  });
});

const layout = makeLayout([
  { name: 'kernel', shape: [2, 3], role: 'weight' },
  { name: 'mean', shape: [3], role: 'buffer' },
  { name: 'steps', shape: [], role: 'counter' },
  { name: 'bias', shape: [3], role: 'weight' },
]);

test('a model file keeps its layout, and refuses another', () => {
  const model = { layout, floats: Float32Array.from({ length: 12 }, (_, i) => i / 3), counters: BigInt64Array.of(9n) };
  expect(modelHash(decodeModel(encodeModel(model), layout, 'm'))).toBe(modelHash(model));
  const other = makeLayout([{ name: 'kernel', shape: [12], role: 'weight' }]);
  expect(codeOf(() => decodeModel(encodeModel(model), other, 'm'))).toBe('params/layout-mismatch');
});

test('the layout counts floats and counters apart, and its id names shapes and roles', () => {
  expect(layout).toMatchObject({ floats: 12, counters: 1 });
  expect(layout.tensors.map(({ offset, size }) => [offset, size])).toEqual([
    [0, 6],
    [6, 3],
    [0, 1],
    [9, 3],
  ]);
  const same = makeLayout(layout.tensors);
  expect(same.id).toBe(layout.id);
  expect(makeLayout(layout.tensors.map((t) => ({ ...t, role: 'weight' as const }))).id).not.toBe(layout.id);
});

test('gather and scatter are inverse and touch no other tensor', () => {
  const floats = Float32Array.from({ length: 12 }, (_, i) => i);
  const weights = gatherFloats(layout, floats, ['weight']);
  expect([...weights]).toEqual([0, 1, 2, 3, 4, 5, 9, 10, 11]);
  scatterFloats(
    layout,
    floats,
    ['weight'],
    weights.map((x) => -x - 1),
  );
  expect([...floats]).toEqual([-1, -2, -3, -4, -5, -6, 6, 7, 8, -10, -11, -12]);
});

test('a bit set is a set', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(199)), fc.array(fc.nat(199)), (a, b) => {
      const set = new BitSet(200).addAll(Uint32Array.from(a)).union(new BitSet(200).addAll(Uint32Array.from(b)));
      const expected = [...new Set([...a, ...b])].sort((x, y) => x - y);
      expect([...set.positions()]).toEqual(expected);
      expect(set.count()).toBe(expected.length);
    }),
  );
});
