import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitmap } from '../../shared/codec/streams/bitmap.js';
import { eliasFano } from '../../shared/codec/streams/elias-fano.js';
import { eliasPositions, eliasSymbols } from '../../shared/codec/streams/elias.js';
import { golomb } from '../../shared/codec/streams/golomb.js';
import { mapPositions } from '../../shared/codec/streams/map-positions.js';
import { rangePositions } from '../../shared/codec/streams/range-positions.js';
import { ransPositions } from '../../shared/codec/streams/rans-positions.js';
import { rice } from '../../shared/codec/streams/rice.js';
import type { PositionCode } from '../../shared/codec/streams/stream.js';
import { varint } from '../../shared/codec/streams/varint.js';
import { BitReader, BitWriter } from '../../shared/util/bits.js';
import { CodedError } from '../../shared/util/errors.js';
import { RandomStream } from '../../shared/util/random.js';
import vectors from '../vectors/codec-limits.json' with { type: 'json' };

const codes: readonly PositionCode[] = [
  rice,
  golomb,
  bitmap,
  eliasFano,
  eliasPositions('gamma'),
  eliasPositions('delta'),
  varint,
  rangePositions,
  ransPositions,
  mapPositions,
];

/** Each of `length` coordinates with probability p, independently. */
const independent = (length: number, p: number, seed = 1): Uint32Array => {
  const random = new RandomStream({ seed, purpose: 'test/positions' });
  const kept: number[] = [];
  for (let i = 0; i < length; i++) if (random.uniform() < p) kept.push(i);
  return Uint32Array.from(kept);
};

/** What a code makes of positions for which it is fit. */
const coded = (code: PositionCode, positions: Uint32Array, length: number) => {
  const { bytes, parameter, write } = code.prepare(positions, length)!;
  const writer = new BitWriter();
  write(writer);
  return { stated: bytes, parameter, payload: writer.finish() };
};

describe.each(codes.map((code) => [code.name, code] as const))('%s', (_name, code) => {
  test('any positions come back, and the stated size is the written one to a few bytes', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3000 }),
        fc.double({ min: 0.001, max: 1 }),
        fc.nat(99),
        (length, p, seed) => {
          const some = independent(length, p, seed);
          const positions = some.length > 0 ? some : Uint32Array.of(length - 1);
          if (code.prepare(positions, length) === null) return;
          const { stated, parameter, payload } = coded(code, positions, length);
          const reader = new BitReader(payload);
          expect(code.read(reader, positions.length, length, parameter)).toEqual(positions);
          reader.end();
          // Adaptive and rANS streams end with a state whose last bytes may not be needed.
          const slack = ['range', 'rans', 'map'].includes(code.name) ? 24 : 0;
          expect(payload.length).toBeLessThanOrEqual(stated);
          expect(payload.length).toBeGreaterThanOrEqual(stated - slack - 0.02 * stated);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('no damage gives anything but ascending positions in the vector, or a coded error', () => {
    const length = 900;
    const positions = independent(length, 0.1);
    const { parameter, payload } = coded(code, positions, length);
    const attempt = (bytes: Uint8Array, count: number, which: number): void => {
      try {
        const read = code.read(new BitReader(bytes), count, length, which);
        expect(read.length).toBe(count);
        expect(read.every((position, i) => position < length && (i === 0 || position > read[i - 1]))).toBe(true);
      } catch (error) {
        if (!(error instanceof CodedError) || !error.code.startsWith('codec/')) throw error;
      }
    };
    for (let cut = 0; cut < payload.length; cut++) attempt(payload.subarray(0, cut), positions.length, parameter);
    fc.assert(
      fc.property(fc.nat(payload.length * 8 - 1), fc.nat(31), fc.nat(length), (bit, which, count) => {
        const damaged = payload.slice();
        damaged[bit >>> 3] ^= 1 << (bit & 7);
        attempt(damaged, positions.length, parameter);
        if (count > 0) attempt(damaged, count, which);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(31), (bytes, which) => attempt(bytes, 90, which)),
      { numRuns: 300 },
    );
  });
});

/*
 * Expected bits a position for independent positions at density p: sums over the geometric law of the gaps, and for
 * Elias-Fano 2 + ⌈log2(d/k)⌉ less what its last bucket saves.
 */
const table: Readonly<Record<string, readonly (readonly [p: number, bits: number])[]>> = {
  rice: [
    [0.25, 3.286],
    [0.1, 4.756],
    [0.05, 5.786],
    [0.04, 6.085],
    [0.01, 8.108],
    [0.0025, 10.114],
    [0.001, 11.495],
  ],
  gamma: [
    [0.25, 3.64],
    [0.1, 5.71],
    [0.05, 7.43],
    [0.01, 11.76],
    [0.001, 18.29],
  ],
  delta: [
    [0.25, 4.09],
    [0.1, 6.11],
    [0.05, 7.51],
    [0.01, 10.78],
    [0.001, 15.39],
  ],
  varint: [
    [0.25, 8],
    [0.05, 8.01],
    [0.01, 10.21],
    [0.001, 15.04],
  ],
};
const named: Readonly<Record<string, PositionCode>> = {
  rice,
  gamma: eliasPositions('gamma'),
  delta: eliasPositions('delta'),
  varint,
};

for (const [name, rows] of Object.entries(table)) {
  test.each(rows)(`${name} at density %d takes %d bits a position`, (p, bits) => {
    const length = Math.round(10_000 / p);
    const positions = independent(length, p);
    const measured = (8 * coded(named[name], positions, length).payload.length) / positions.length;
    expect(Math.abs(measured / bits - 1)).toBeLessThan(0.015);
  });
}

test('Elias-Fano takes at most 2 + ⌈log2(d/k)⌉ bits a position', () => {
  for (const p of [0.5, 0.3, 0.1, 0.04, 0.013, 0.001]) {
    const length = Math.round(5000 / p);
    const positions = independent(length, p);
    const bits = (8 * coded(eliasFano, positions, length).payload.length) / positions.length;
    expect(bits).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(length / positions.length)) + 0.01);
  }
});

const entropyBits = (p: number): number => (-p * Math.log2(p) - (1 - p) * Math.log2(1 - p)) / p;

test.each([0.5, 0.25, 0.1, 0.04, 0.01, 0.001])(
  'rANS and the range coder are within 2 %% of the entropy at density %d',
  (p) => {
    const length = Math.round(15_000 / p);
    const positions = independent(length, p);
    for (const code of [ransPositions, rangePositions]) {
      const bits = (8 * coded(code, positions, length).payload.length) / positions.length;
      expect(bits).toBeLessThan(1.02 * entropyBits(positions.length / length));
    }
  },
);

const bitString = (write: (writer: BitWriter) => void, bits: number): string => {
  const writer = new BitWriter();
  write(writer);
  return [...writer.finish()]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .slice(0, bits);
};

test.each(vectors.elias)('Elias’s codes of $n are $gamma and $delta', ({ n, gamma, delta }) => {
  for (const [which, expected] of [
    ['gamma', gamma],
    ['delta', delta],
  ] as const) {
    expect(bitString(eliasPositions(which).prepare(Uint32Array.of(n - 1), n)!.write, expected.length)).toBe(expected);
    expect(bitString(eliasSymbols(which).prepare(Uint16Array.of(n - 1), n)!.write, expected.length)).toBe(expected);
  }
});
