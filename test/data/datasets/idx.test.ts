import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadDataset } from '../../../shared/data/load.js';
import type { ErrorCode } from '../../../shared/util/errors.js';
import { idxBytes, smallFiles, someValues, temporaryFolder, writeFolder, type SmallFolder } from '../idx-files.js';
import { refusal } from '../../support/refusal.js';

const load = (folder: string | null) => loadDataset({ name: 'idx', folder });

describe('a folder of IDX files', () => {
  it('gives images, labels, shape and classes', async () => {
    const dataset = await load(await writeFolder(smallFiles));
    expect(dataset).toMatchObject({ name: 'idx', inputShape: [2, 3, 1], classes: 4, scale: Math.fround(1 / 255) });
    expect(dataset.train).toEqual({ count: 6, inputs: someValues(36), labels: Uint8Array.of(0, 1, 2, 3, 1, 0) });
    expect(dataset.test).toEqual({ count: 3, inputs: someValues(18), labels: Uint8Array.of(2, 1, 0) });
    expect(dataset.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([{ separator: '.' }, { gzip: true }, { separator: '.', gzip: true }] as const)(
    'is the same data in the spelling %o',
    async (spelling) => {
      const plain = await load(await writeFolder(smallFiles));
      expect(await load(await writeFolder(smallFiles, spelling))).toEqual(plain);
    },
  );

  it('may hold images with channels', async () => {
    const folder = await writeFolder({
      ...smallFiles,
      trainImages: idxBytes([6, 2, 1, 3], someValues(36)),
      testImages: idxBytes([3, 2, 1, 3], someValues(18)),
    });
    await rename(join(folder, 'train-images-idx3-ubyte'), join(folder, 'train-images-idx4-ubyte'));
    expect((await load(folder)).inputShape).toEqual([2, 1, 3]);
  });

  it('has another fingerprint after one changed pixel or label', async () => {
    const changed = (bytes: Uint8Array) =>
      Uint8Array.from(bytes, (byte, at) => (at === bytes.length - 1 ? byte ^ 1 : byte));
    const variants: SmallFolder[] = [
      smallFiles,
      { ...smallFiles, trainImages: changed(smallFiles.trainImages) },
      { ...smallFiles, trainLabels: changed(smallFiles.trainLabels) },
      { ...smallFiles, testImages: changed(smallFiles.testImages) },
      { ...smallFiles, testLabels: changed(smallFiles.testLabels) },
    ];
    const found = await Promise.all(variants.map(async (files) => (await load(await writeFolder(files))).fingerprint));
    expect(new Set(found).size).toBe(variants.length);
  });
});

describe('a wrong folder is refused', () => {
  const cases: [what: string, files: Partial<SmallFolder>, code: ErrorCode, words: string, file: string][] = [
    [
      'fewer labels',
      { trainLabels: idxBytes([5], someValues(5)) },
      'data/count-mismatch',
      '6 images but 5 labels',
      'train',
    ],
    ['more test labels', { testLabels: idxBytes([4], someValues(4)) }, 'data/count-mismatch', '3 images but 4', 't10k'],
    ['test shape', { testImages: idxBytes([3, 3, 2], someValues(18)) }, 'data/bad-shape', '3 × 2 × 1', 't10k-images'],
    ['swapped', { trainImages: smallFiles.trainLabels }, 'data/bad-shape', '1 dimensions', 'train-images'],
    [
      'truncated',
      { trainImages: smallFiles.trainImages.subarray(0, 40) },
      'data/bad-length',
      'it has 40',
      'train-images',
    ],
  ];

  it.each(cases)('%s', async (_what, files, code, words, file) => {
    const folder = await writeFolder({ ...smallFiles, ...files });
    const error = await refusal(code, () => load(folder));
    expect(error.message).toContain(words);
    expect(error.where).toContain(join(folder, file));
  });

  it('one file missing', async () => {
    const folder = await writeFolder(smallFiles);
    await rm(join(folder, 't10k-labels-idx1-ubyte'));
    const error = await refusal('data/missing-file', () => load(folder));
    expect(error.describe()).toContain('no file with the t10k labels');
    expect(error.hint).toContain('t10k-labels-idx1-ubyte');
  });

  it('no folder, a missing one, a file', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'file'), 'text');
    expect((await refusal('data/missing-file', () => load(null))).where).toBe('dataset.folder');
    for (const name of ['nothing', 'file']) {
      const error = await refusal('data/missing-file', () => load(join(folder, name)));
      expect(error.where).toBe(join(folder, name));
    }
  });
});
