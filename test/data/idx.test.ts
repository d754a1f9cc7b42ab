import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readIdx } from '../../shared/data/idx.js';
import type { ErrorCode } from '../../shared/util/errors.js';
import { idxBytes, someValues, temporaryFolder, writeTemporary } from './idx-files.js';
import { refusal } from '../support/refusal.js';

const images = idxBytes([2, 2, 3], someValues(12));

describe('a sound IDX file', () => {
  it('is read to the byte', async () => {
    const file = await writeTemporary(Buffer.from('00000803000000020000000200000001ff00807f', 'hex'));
    expect(await readIdx(file, [3, 4])).toEqual({ shape: [2, 2, 1], values: Uint8Array.of(0xff, 0, 0x80, 0x7f) });
  });

  it('is read with four dimensions', async () => {
    const file = await writeTemporary(idxBytes([2, 1, 2, 3], someValues(12)));
    expect(await readIdx(file, [3, 4])).toEqual({ shape: [2, 1, 2, 3], values: someValues(12) });
  });

  it('is told from gzip by its bytes, not by its name', async () => {
    const expected = { shape: [2, 2, 3], values: someValues(12) };
    expect(await readIdx(await writeTemporary(images, 'images.gz'), [3])).toEqual(expected);
    expect(await readIdx(await writeTemporary(gzipSync(images), 'images'), [3])).toEqual(expected);
  });

  it('comes out of gzip the same, whatever its size and packing', async () => {
    const shapes = fc.tuple(
      fc.integer({ min: 1, max: 900 }),
      fc.integer({ min: 1, max: 28 }),
      fc.integer({ min: 1, max: 28 }),
    );
    const level = fc.integer({ min: 0, max: 9 });
    const property = fc.asyncProperty(shapes, level, async (shape, level) => {
      const values = someValues(shape[0] * shape[1] * shape[2]);
      const file = await writeTemporary(gzipSync(idxBytes(shape, values), { level }));
      const found = await readIdx(file, [3]);
      expect(found.shape).toEqual(shape);
      expect(Buffer.compare(found.values, values)).toBe(0);
    });
    await fc.assert(property, { numRuns: 25 });
  });
});

describe('a truncated IDX file', () => {
  const codes: ErrorCode[] = ['data/not-idx', 'data/bad-length'];

  it('is refused at every length', async () => {
    for (let length = 0; length < images.length; length++) {
      const file = await writeTemporary(images.subarray(0, length));
      const error = await refusal(codes[length < 4 ? 0 : 1], () => readIdx(file, [3, 4]));
      expect(error.where).toBe(file);
      if (length >= 16) expect(error.message).toContain(`28 bytes, but it has ${length}`);
    }
  });

  it('is refused at every length when it is then packed', async () => {
    for (let length = 0; length < images.length; length++) {
      const file = await writeTemporary(gzipSync(images.subarray(0, length)));
      const error = await refusal(codes[length < 4 ? 0 : 1], () => readIdx(file, [3, 4]));
      expect(error.where).toBe(file);
    }
  });

  it('is refused at every length of the gzip file', async () => {
    const packed = gzipSync(images);
    for (let length = 2; length < packed.length; length++) {
      const file = await writeTemporary(packed.subarray(0, length));
      expect((await refusal('data/bad-gzip', () => readIdx(file, [3, 4]))).where).toBe(file);
    }
  });
});

describe('a file that is not what its header says', () => {
  const cases: [what: string, bytes: Uint8Array, code: ErrorCode, words: string][] = [
    ['longer', Buffer.concat([images, Buffer.alloc(1)]), 'data/bad-length', '28 bytes, but it has 29'],
    ['longer, packed', gzipSync(Buffer.concat([images, Buffer.alloc(1)])), 'data/bad-length', 'goes on after'],
    ['foreign', Buffer.from('\u0089PNG\r\n\u001a\n and so on', 'latin1'), 'data/not-idx', 'not an IDX file'],
    ['foreign, packed', gzipSync('label,pixel0,pixel1\n5,0,0\n'), 'data/not-idx', 'not an IDX file'],
    ['of an unknown type', idxBytes([1, 1, 1], someValues(1), 0x0a), 'data/not-idx', 'not an IDX file'],
    ['of floats', idxBytes([1, 1, 1], someValues(4), 0x0d), 'data/not-idx', '32-bit floats'],
    ['of labels', idxBytes([12], someValues(12)), 'data/bad-shape', '1 dimensions'],
    ['of two dimensions', idxBytes([3, 4], someValues(12)), 'data/bad-shape', '2 dimensions'],
    ['of no images', idxBytes([0, 28, 28], someValues(0)), 'data/bad-shape', '0 × 28 × 28'],
    ['of more than memory holds', idxBytes([0xffffffff, 28, 28], someValues(9)), 'data/too-large', '4294967295 × 28'],
    ['of a product that wraps to 0', idxBytes([65536, 65536, 65536, 65536], someValues(9)), 'data/too-large', '65536'],
    [
      'small, packed, claiming 2 GB',
      gzipSync(idxBytes([2000, 1000, 1000], someValues(9))),
      'data/bad-length',
      'cannot',
    ],
    ['followed by text', Buffer.concat([gzipSync(images), Buffer.from('hello')]), 'data/bad-gzip', 'damaged'],
    ['followed by zeros', Buffer.concat([gzipSync(images), Buffer.alloc(5)]), 'data/bad-gzip', '5 foreign'],
  ];

  it.each(cases)('is refused: %s', async (_what, bytes, code, words) => {
    const file = await writeTemporary(bytes);
    const error = await refusal(code, () => readIdx(file, [3, 4]));
    expect(error.where).toBe(file);
    expect(error.message).toContain(words);
  });

  it('is refused with any bit of the gzip file flipped, or reads as it was', async () => {
    const packed = gzipSync(images);
    const file = await writeTemporary(packed);
    for (let bit = 16; bit < 8 * packed.length; bit++) {
      const damaged = Buffer.from(packed);
      damaged[bit >> 3] ^= 1 << (bit & 7);
      await writeFile(file, damaged);
      const outcome = await readIdx(file, [3, 4]).catch((error: unknown) => error);
      // Bits of the gzip header (time, system) do not touch the data; all others do.
      if (outcome instanceof Error) expect((outcome as { code?: string }).code).toMatch(/^data\//);
      else expect(outcome).toEqual({ shape: [2, 2, 3], values: someValues(12) });
    }
  });

  it('is refused before memory is reserved', async () => {
    const before = process.memoryUsage().arrayBuffers;
    const claim = idxBytes([2000, 1000, 1000], someValues(100_000));
    await refusal('data/bad-length', async () => readIdx(await writeTemporary(claim), [3]));
    await refusal('data/bad-length', async () => readIdx(await writeTemporary(gzipSync(claim)), [3]));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50e6);
  });

  it('stops unpacking where the header ends', async () => {
    const bomb = gzipSync(Buffer.concat([idxBytes([1, 2, 3], someValues(6)), Buffer.alloc(60_000_000)]), { level: 1 });
    const file = await writeTemporary(bomb);
    const before = process.memoryUsage().arrayBuffers;
    await refusal('data/bad-length', () => readIdx(file, [3]));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
  });
});

describe('a file that cannot be read', () => {
  it('is refused when it is missing or a folder', async () => {
    const folder = await temporaryFolder();
    const missing = join(folder, 'nothing');
    expect((await refusal('data/missing-file', () => readIdx(missing, [1]))).where).toBe(missing);
    expect((await refusal('data/missing-file', () => readIdx(folder, [1]))).where).toBe(folder);
  });

  it('is refused when it is as long as it says, but too long', async () => {
    const file = await writeTemporary(idxBytes([3000, 1000, 1000], someValues(0)));
    const handle = await open(file, 'r+');
    await handle.truncate(3e9 + 16);
    await handle.close();
    await refusal('data/too-large', () => readIdx(file, [3]));
  });
});
