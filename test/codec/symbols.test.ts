import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { symbolEntropyBits } from '../../shared/codec/entropy.js';
import { brotli, deflate } from '../../shared/codec/streams/byte-compressors.js';
import { eliasSymbols } from '../../shared/codec/streams/elias.js';
import { huffman } from '../../shared/codec/streams/huffman.js';
import { mapSymbols } from '../../shared/codec/streams/map-symbols.js';
import { rangeSymbols } from '../../shared/codec/streams/range-symbols.js';
import { normalize } from '../../shared/codec/streams/frequency-table.js';
import { ransSymbols } from '../../shared/codec/streams/rans-symbols.js';
import type { SymbolCode } from '../../shared/codec/streams/stream.js';
import { BitReader, BitWriter } from '../../shared/util/bits.js';
import { CodedError } from '../../shared/util/errors.js';
import { RandomStream } from '../../shared/util/random.js';

const codes: readonly SymbolCode[] = [
  huffman,
  rangeSymbols,
  ransSymbols,
  mapSymbols,
  eliasSymbols('gamma'),
  eliasSymbols('delta'),
  deflate(6),
  brotli(5),
];

const coded = (code: SymbolCode, symbols: Uint16Array, alphabet: number) => {
  const prepared = code.prepare(symbols, alphabet);
  if (prepared === null) return null;
  const writer = new BitWriter();
  prepared.write(writer);
  return { stated: prepared.bytes, parameter: prepared.parameter, payload: writer.finish() };
};

/** Symbols of a geometric law, cut off at the alphabet. */
const geometric = (count: number, alphabet: number, p: number, seed = 1): Uint16Array => {
  const random = new RandomStream({ seed, purpose: 'test/symbols' });
  return Uint16Array.from({ length: count }, () => {
    const draw = Math.floor(Math.log(1 - random.uniform()) / Math.log(1 - p));
    return Math.min(alphabet - 1, draw);
  });
};

describe.each(codes.map((code) => [code.name, code] as const))('%s', (_name, code) => {
  test('any symbols come back', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 3, 15, 256, 257, 4000, 65536),
        fc.integer({ min: 1, max: 900 }),
        fc.double({ min: 0.001, max: 0.99 }),
        fc.nat(99),
        (alphabet, count, p, seed) => {
          const symbols = geometric(count, alphabet, p, seed);
          const result = coded(code, symbols, alphabet);
          if (result === null) return;
          const reader = new BitReader(result.payload);
          expect(code.read(reader, count, alphabet, result.parameter)).toEqual(symbols);
          reader.end();
        },
      ),
      { numRuns: 60 },
    );
  });

  test('no damage gives anything but symbols of the alphabet, or a coded error', () => {
    const symbols = geometric(600, 19, 0.6);
    const { parameter, payload } = coded(code, symbols, 19)!;
    const attempt = (bytes: Uint8Array, count: number, which: number): void => {
      try {
        const read = code.read(new BitReader(bytes), count, 19, which);
        expect(read.length).toBe(count);
        expect(read.every((symbol) => symbol < 19)).toBe(true);
      } catch (error) {
        if (!(error instanceof CodedError) || !error.code.startsWith('codec/')) throw error;
      }
    };
    for (let cut = 0; cut < payload.length; cut++) attempt(payload.subarray(0, cut), symbols.length, parameter);
    fc.assert(
      fc.property(fc.nat(payload.length * 8 - 1), fc.nat(31), (bit, which) => {
        const damaged = payload.slice();
        damaged[bit >>> 3] ^= 1 << (bit & 7);
        attempt(damaged, symbols.length, parameter);
        attempt(damaged, symbols.length, which);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(31), (bytes, which) => attempt(bytes, 50, which)),
      { numRuns: 300 },
    );
  });
});

test.each([
  [2, 0.5],
  [2, 0.97],
  [3, 0.999],
  [15, 0.3],
  [15, 0.99],
  [255, 0.05],
  [255, 0.9],
  [1023, 0.01],
  [4096, 0.003],
])('rANS and the range coder: %i symbols, p = %d: within 2 %% of the entropy and a table', (alphabet, p) => {
  const symbols = geometric(60_000, alphabet, p);
  const entropy = symbolEntropyBits(symbols, alphabet) / 8;
  const used = new Set(symbols).size;
  for (const code of [ransSymbols, rangeSymbols]) {
    const { stated, payload } = coded(code, symbols, alphabet)!;
    // Frequencies take about as many bits as their counts have, a state eight bytes.
    expect([code.name, payload.length < 1.02 * entropy + 16 + 4 * used, payload.length, entropy]).toContain(true);
    if (code === ransSymbols) expect(payload.length).toBeLessThanOrEqual(stated);
  }
});

test('frequencies sum to a power of two and none that occurs is 0', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100_000), { minLength: 1, maxLength: 120 }), (list) => {
      const counts = Uint32Array.from(list);
      const total = counts.reduce((sum, count) => sum + count, 0);
      if (total === 0) return;
      const frequencies = normalize(counts, total, 8);
      expect(frequencies.reduce((sum, frequency) => sum + frequency, 0)).toBe(256);
      expect(counts.every((count, i) => count > 0 === frequencies[i] > 0)).toBe(true);
    }),
  );
});

test.each(['gamma', 'delta'] as const)(
  'Elias’s %s code takes few bits where the middle symbol is the frequent one',
  (which) => {
    const signed = (alphabet: number): Uint16Array =>
      geometric(4000, (alphabet + 1) / 2, 0.9).map((size, i) => (alphabet - 1) / 2 + (i % 2 === 0 ? size : -size));
    for (const alphabet of [3, 15, 511, 65535]) {
      const symbols = signed(alphabet);
      const { parameter, payload } = coded(eliasSymbols(which), symbols, alphabet)!;
      // Nine in ten take one bit, and there are hardly any above ±2.
      expect((8 * payload.length) / symbols.length).toBeLessThan(1.6);
      expect(eliasSymbols(which).read(new BitReader(payload), symbols.length, alphabet, parameter)).toEqual(symbols);
    }
  },
);
