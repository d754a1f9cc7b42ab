import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { lineBits } from '../../../shared/compression/storage/formats/lines.js';
import { storageFormats } from '../../../shared/compression/storage/formats/index.js';
import { matrixOf, readTensor, writeTensor } from '../../../shared/compression/storage/tensor-record.js';
import { valueCodings } from '../../../shared/compression/storage/values/index.js';
import { BitReader, BitWriter } from '../../../shared/util/bits.js';
import { codeOf } from '../../support/refusal.js';
import { gridOf, onGrid, streamOf } from './models.js';

/** Ascending places in a matrix of the size, each kept with the chance. */
const placesIn = (size: number, density: number, seed: number): Uint32Array => {
  const stream = streamOf(`places/${seed}`);
  const places = Uint32Array.from({ length: size }, (_, i) => i).filter(() => stream.uniform() < density);
  return places.length === 0 ? Uint32Array.of(stream.below(size)) : places;
};

const anyMatrix = fc.record({
  rows: fc.integer({ min: 1, max: 60 }),
  columns: fc.integer({ min: 1, max: 60 }),
  density: fc.constantFrom(0.002, 0.03, 0.2, 0.6, 1),
  seed: fc.nat(1000),
});

/** Formats and codings whose sizes are exact; range ANS is counted to a few bytes. */
const slackOf = (name: string): number => (['gaps', 'map'].includes(name) ? 24 : 0);

describe('formats of places', () => {
  const sparse = storageFormats.all.filter(({ keeps }) => keeps === 'nonzero');

  test.each(sparse)('$name gives the places back and takes the bytes that it counts', (format) => {
    fc.assert(
      fc.property(anyMatrix, ({ rows, columns, density, seed }) => {
        const positions = placesIn(rows * columns, density, seed);
        const prepared = format.prepare(positions, { rows, columns });
        if (prepared === null) return;
        const writer = new BitWriter();
        prepared.write(writer);
        expect(Math.abs(writer.length - prepared.bytes)).toBeLessThanOrEqual(slackOf(format.name));
        const reader = new BitReader(writer.finish());
        expect(format.read(reader, positions.length, { rows, columns }, prepared.parameter)).toEqual(positions);
        reader.end();
      }),
      { numRuns: 60 },
    );
  });

  test.each(sparse)('$name refuses what is cut off, and gives only places that ascend', (format) => {
    const matrix = { rows: 40, columns: 50 };
    const positions = placesIn(2000, 0.1, 1);
    const prepared = format.prepare(positions, matrix)!;
    const writer = new BitWriter();
    prepared.write(writer);
    const bytes = writer.finish();
    const read = (part: Uint8Array): Uint32Array =>
      format.read(new BitReader(part), positions.length, matrix, prepared.parameter);
    const stream = streamOf('flip');
    for (let i = 0; i < 200; i++) {
      const short = bytes.slice(0, stream.below(bytes.length));
      expect(codeOf(() => read(short))).toMatch(/^codec\//);
      const damaged = bytes.slice();
      damaged[stream.below(bytes.length)] ^= 1 << stream.below(8);
      const code = codeOf(() => {
        const found = read(damaged);
        expect(found.every((place, at) => place < 2000 && (at === 0 || place > found[at - 1]))).toBe(true);
      });
      expect(code === 'none' || code.startsWith('codec/')).toBe(true);
    }
  });

  test('csr: row ends and column indices, by hand', () => {
    // 3 × 8 with 5 places: row ends 2, 2, 5 in 3 bits each, indices 1, 7, 0, 3, 4 in 3 bits each: 24 bits.
    const positions = Uint32Array.of(1, 7, 16, 19, 20);
    const csr = storageFormats.get('csr');
    const prepared = csr.prepare(positions, { rows: 3, columns: 8 })!;
    const writer = new BitWriter();
    prepared.write(writer);
    expect(prepared.bytes).toBe(3);
    expect([...writer.finish()]).toEqual([0b010_010_10, 0b1_001_111_0, 0b00_011_100]);
  });

  test('csr: refuses row ends that go back, and columns that do not ascend', () => {
    // 3 × 8 with 5 places as above; ends 2, 1, 5, then columns 7, 1 in the first row.
    const csr = storageFormats.get('csr');
    const read = (...bytes: number[]) =>
      codeOf(() => csr.read(new BitReader(Uint8Array.from(bytes)), 5, { rows: 3, columns: 8 }, 0));
    expect(read(0b010_010_10, 0b1_001_111_0, 0b00_011_100)).toBe('none');
    expect(read(0b010_001_10, 0b1_001_111_0, 0b00_011_100)).toBe('codec/bad-count');
    expect(read(0b010_110_10, 0b1_001_111_0, 0b00_011_100)).toBe('codec/bad-count');
    expect(read(0b010_010_10, 0b1_111_001_0, 0b00_011_100)).toBe('codec/bad-position');
  });

  test('csc: column ends and row indices, by hand', () => {
    // The same turned over: ends 1, 2, 2, 3, 4, 4, 4, 5 in 3 bits, rows 2, 0, 2, 2, 0 in 2 bits.
    const prepared = storageFormats.get('csc').prepare(Uint32Array.of(1, 7, 16, 19, 20), { rows: 3, columns: 8 })!;
    const writer = new BitWriter();
    prepared.write(writer);
    expect(prepared.bytes).toBe(Math.ceil((8 * 3 + 5 * 2) / 8));
    expect([...writer.finish()]).toEqual([0b001_010_01, 0b0_011_100_1, 0b00_100_101, 0b10_00_10_10, 0b00_000000]);
  });

  test('compressed rows are smaller than dense ones below one density only', () => {
    // n · (bv + bi) + rows · bp < rows · columns · bv: float32 values in 256 × 256 have bi = 8 and, near the limit, bp = 16.
    const [side, values] = [256, 32];
    const bitsOf = (count: number): number => count * values + lineBits(count, side, side);
    const limit = (side * side * values - 16 * side) / (values + 8);
    expect(limit).toBeCloseTo(52326.4);
    expect(bitsOf(52326)).toBeLessThan(side * side * values);
    expect(bitsOf(52327)).toBeGreaterThan(side * side * values);
  });

  test('relative indices, by hand: fillers carry long gaps', () => {
    // Gaps 0, 2, 17: in 2 bits 3 + 5 fillers = 16 bits, in 3 bits 3 + 2 = 15, in 4 bits 3 + 1 = 16, in 5 bits 15.
    const prepared = storageFormats.get('relative').prepare(Uint32Array.of(0, 3, 21), { rows: 1, columns: 64 })!;
    const writer = new BitWriter();
    prepared.write(writer);
    expect(prepared).toMatchObject({ bytes: 2, parameter: 3 });
    // 0, 2, filler 7, filler 7, 3.
    expect([...writer.finish()]).toEqual([0b000_010_11, 0b1_111_011_0]);
  });
});

type Kind = 'floats' | 'grid' | 'affine' | 'shared';

const numbersOf = (size: number, density: number, kind: Kind, seed: number) => {
  const stream = streamOf(`numbers/${seed}`);
  const grid = kind === 'grid' || kind === 'affine' ? gridOf(4, 5, kind === 'affine', stream) : null;
  const shared = Float32Array.from({ length: 7 }, () => stream.uniform() - 0.5);
  const numbers = Float32Array.from({ length: size }, (_, i) => {
    const value = grid === null ? stream.uniform() - 0.5 : onGrid(grid, i, stream);
    const kept = stream.uniform() < density;
    return kept ? (kind === 'shared' ? shared[stream.below(7)] : value) : 0;
  });
  return { numbers, grid };
};

describe('a stored tensor', () => {
  const anyTensor = fc.record({
    rows: fc.integer({ min: 1, max: 300 }),
    density: fc.constantFrom(0, 0.01, 0.1, 0.5, 1),
    kind: fc.constantFrom<Kind>('floats', 'grid', 'affine', 'shared'),
    seed: fc.nat(1000),
    pruned: fc.boolean(),
  });

  test('is read again to the bit', () => {
    fc.assert(
      fc.property(anyTensor, ({ rows, density, kind, seed, pruned }) => {
        const shape = [rows, 5];
        const { numbers, grid } = numbersOf(rows * 5, density, kind, seed);
        const writer = new BitWriter();
        const storage = writeTensor(numbers, { shape }, { grid, pruned }, writer);
        const bytes = writer.finish();
        expect(storage.bytes).toBe(bytes.length);
        const read = new Float32Array(numbers.length);
        const reader = new BitReader(bytes);
        expect(readTensor(reader, { shape }, read)).toEqual({ grid, pruned });
        reader.end();
        expect(read).toEqual(numbers);
      }),
      { numRuns: 150 },
    );
  });

  test('takes no more than any format with any coding of values would', () => {
    const written = (prepared: { write(writer: BitWriter): number } | null): number => {
      const writer = new BitWriter();
      prepared?.write(writer);
      return prepared === null ? Infinity : writer.length;
    };
    for (const [seed, density] of [0.01, 0.05, 0.1, 0.3, 0.6, 0.9].entries()) {
      for (const kind of ['floats', 'grid', 'affine', 'shared'] as const) {
        const shape = [400, 5];
        const { numbers, grid } = numbersOf(2000, density, kind, seed);
        const everywhere = Uint32Array.from(numbers, (_, i) => i);
        const positions = everywhere.filter((i) => numbers[i] !== 0);
        const living = numbers.filter((value) => value !== 0);
        const least = storageFormats.all.map((format) => {
          const [places, values] = format.keeps === 'all' ? [everywhere, numbers] : [positions, living];
          const sizes = valueCodings.all.map((coding) => written(coding.prepare(values, { positions: places, grid })));
          return written(format.prepare(places, matrixOf(shape))) + Math.min(...sizes);
        });
        const record = new BitWriter();
        const overhead = new BitWriter();
        writeTensor(numbers, { shape }, { grid, pruned: false }, record);
        writeTensor(
          numbers.map(() => 0),
          { shape },
          { grid, pruned: false },
          overhead,
        );
        // The codes' sizes are counted, not tried: to a few bytes.
        expect(record.length - overhead.length - 3, `${kind} at ${density}`).toBeLessThanOrEqual(
          Math.min(...least) + 24,
        );
      }
    }
  });

  test('picks what suits it', () => {
    const storageOf = (density: number, kind: Kind) => {
      const { numbers, grid } = numbersOf(2000, density, kind, 3);
      return writeTensor(numbers, { shape: [400, 5] }, { grid, pruned: false }, new BitWriter());
    };
    expect(storageOf(1, 'floats')).toMatchObject({ format: 'dense', values: 'planes' });
    expect(storageOf(1, 'grid')).toMatchObject({ format: 'dense', values: 'integers' });
    expect(storageOf(0.5, 'shared').values).toBe('codebook');
    expect(storageOf(0.05, 'floats').format).not.toBe('dense');
    expect(storageOf(0, 'floats')).toMatchObject({ bytes: 3 });
  });

  test('a tensor of one channel has its last two extents as columns', () => {
    expect(matrixOf([3, 3, 8, 1])).toEqual({ rows: 9, columns: 8 });
    expect(matrixOf([3, 3, 8, 16])).toEqual({ rows: 72, columns: 16 });
    expect(matrixOf([10])).toEqual({ rows: 1, columns: 10 });
    expect(matrixOf([])).toEqual({ rows: 1, columns: 1 });
  });
});
