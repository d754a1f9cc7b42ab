import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { resolveChoices } from '../../shared/codec/stage.js';
import { turnBack, turnOver } from '../../shared/codec/streams/column-signs.js';
import { mapPositions } from '../../shared/codec/streams/map-positions.js';
import { mapSymbols } from '../../shared/codec/streams/map-symbols.js';
import { rangePositions } from '../../shared/codec/streams/range-positions.js';
import { rangeSymbols } from '../../shared/codec/streams/range-symbols.js';
import { findRowLength } from '../../shared/codec/streams/row-length.js';
import { makeLayout } from '../../shared/params/layout.js';
import type { Choice } from '../../shared/util/registry.js';
import { BitWriter } from '../../shared/util/bits.js';
import { RandomStream } from '../../shared/util/random.js';
import { coding } from './vectors.js';

/** Weights of a layer after some steps: rows and columns differ in size, and columns in sign. */
const matrix = (rows: number, columns: number, seed = 3): Float32Array => {
  const random = new RandomStream({ seed, purpose: 'test/matrix' });
  const [ofRow, ofColumn] = [rows, columns].map((count) =>
    Array.from({ length: count }, () => Math.exp(random.normal())),
  );
  const signs = Array.from({ length: columns }, () => (random.uniform() < 0.5 ? -0.8 : 0.8));
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return ofRow[row] * ofColumn[column] * (random.normal() + signs[column]);
  });
};

/** The places of the largest magnitudes. */
const largest = (values: Float32Array, count: number): Uint32Array =>
  Uint32Array.from(values.keys())
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]))
    .slice(0, count)
    .sort();

const independent = (length: number, p: number): Uint32Array => {
  const random = new RandomStream({ seed: 1, purpose: 'test/map' });
  return Uint32Array.from({ length }, (_, i) => i).filter(() => random.uniform() < p);
};

const sizeOf = (prepared: { write(writer: BitWriter): number } | null): number => {
  const writer = new BitWriter();
  prepared!.write(writer);
  return writer.finish().length;
};

/** −1, 0 and 1 as 1, 0 and 2. */
const ternaryOf = (values: Float32Array, places: Uint32Array): Uint16Array => {
  const symbols = new Uint16Array(values.length);
  for (const place of places) symbols[place] = values[place] < 0 ? 1 : 2;
  return symbols;
};

describe('rows are found', () => {
  test.each([32, 64, 200, 800])('of %i', (columns) => {
    const values = matrix(1000, columns);
    const found = findRowLength(largest(values, values.length / 50), values.length);
    // Two rows at once have the same columns, twice.
    expect([columns, 2 * columns]).toContain(found);
  });

  test('not where there are none', () => {
    expect(findRowLength(independent(200_000, 0.02), 200_000)).toBe(1);
    expect(findRowLength(Uint32Array.of(7), 10)).toBe(1);
  });
});

test('a map of a layer takes at least 15 % less than the range coder', () => {
  const values = matrix(784, 200);
  const places = largest(values, values.length / 50);
  const positions = sizeOf(mapPositions.prepare(places, values.length));
  expect(positions).toBeLessThan(0.85 * sizeOf(rangePositions.prepare(places, values.length)));
  const symbols = ternaryOf(values, places);
  const size = sizeOf(mapSymbols.prepare(symbols, 3));
  expect(size).toBeLessThan(0.85 * sizeOf(rangeSymbols.prepare(symbols, 3)));
});

test.each([0.5, 0.1, 0.01, 0.003])('a map of independent places at density %d is within 2 %% of the entropy', (p) => {
  const length = 400_000;
  const places = independent(length, p);
  const share = places.length / length;
  const entropy = -share * Math.log2(share) - (1 - share) * Math.log2(1 - share);
  const bytes = sizeOf(mapPositions.prepare(places, length));
  expect(bytes).toBeLessThan((1.02 * entropy * length) / 8 + 40);
});

test('what is turned over comes back', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 2, max: 40 }),
      fc.nat(39),
      fc.integer({ min: 1, max: 9 }),
      fc.array(fc.nat(39), { minLength: 1, maxLength: 60 }),
      (alphabet, anyMode, rowLength, list) => {
        const mode = anyMode % alphabet;
        const symbols = Uint16Array.from(list, (symbol) => symbol % alphabet).filter((symbol) => symbol !== mode);
        const places = Uint32Array.from(symbols, (_, i) => 3 * i + (i % 2));
        const where = { places, rowLength, mode, alphabet };
        const turned = turnOver(symbols, where);
        expect(turned.every((symbol) => symbol < alphabet && symbol !== mode)).toBe(true);
        expect(turnBack(turned, where)).toEqual(symbols);
      },
    ),
  );
});

/* Payloads that need more coordinates than those of golden.test.ts. `npm run vectors` writes them anew. */
const path = new URL('../vectors/matrix.json', import.meta.url);
const input = matrix(70, 60);
const layout = makeLayout([{ name: 'weights', shape: [70, 60], role: 'weight' }]);
const key = { seed: 5, round: 9, client: 2, part: 'delta' };
const map = { entropy: { coder: 'map' } };
const chains: readonly Choice[][] = [
  [{ step: { size: 2, restore: 'multiples' } }, map],
  [{ quantize: { bits: 4 } }, map],
  [{ topk: { fraction: 0.1 } }, { ternary: {} }, map],
  [{ step: { size: 0.002, restore: 'multiples' } }, { rans: {} }],
];

const hexOf = ({ buffer, byteOffset, byteLength }: Uint8Array | Float32Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString('hex');

const cases = chains.map((chain) => {
  const { payload, decoded } = createCodec(coding(chain)).encode(input, { key, layout }, {});
  const stages = resolveChoices(chain);
  return { name: JSON.stringify(chain), scope: 'model', stages, payload: hexOf(payload), decoded: hexOf(decoded) };
});

const written = {
  about: 'As payloads.json, for a matrix whose rows and columns matter.',
  key,
  layout: { id: layout.id, tensors: layout.tensors.map(({ name, shape, role }) => ({ name, shape, role })) },
  lloydMax: [],
  input: hexOf(input),
  cases,
};
if (process.env['VECTORS'] === 'write') writeFileSync(path, `${JSON.stringify(written, null, 1)}\n`);

describe('payloads of a matrix', () => {
  const golden = JSON.parse(readFileSync(path, 'utf8')) as typeof written;

  test('are the same bytes, and the same floats from them', () => {
    expect(golden).toEqual(written);
    chains.forEach((chain, i) => {
      const payload = Buffer.from(golden.cases[i].payload, 'hex');
      expect(hexOf(createCodec(coding(chain)).decode(payload, { key, layout }))).toBe(golden.cases[i].decoded);
    });
  });

  const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
  test.skipIf(python === undefined)('are read by the decoder in Python', () => {
    const script = fileURLToPath(new URL('../python/decode.py', import.meta.url));
    const { stdout } = spawnSync(python!, ['-B', script, fileURLToPath(path)], { encoding: 'utf8' });
    expect(stdout).toBe('4 of 4 payloads decoded to the bit\n');
  });
});
