import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';

/** The bytes of an IDX file, written from the format's description and not with the reader's code. */
export const idxBytes = (shape: readonly number[], values: Uint8Array, type = 0x08): Buffer => {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header[2] = type;
  header[3] = shape.length;
  shape.forEach((length, dimension) => header.writeUInt32BE(length, 4 + 4 * dimension));
  return Buffer.concat([header, values]);
};

/** Values 0, 7, 14 … modulo 256. */
export const someValues = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 7) % 256);

/** A folder of the test's own, removed when the test ends. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedsqueeze-data-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
};

export const writeTemporary = async (bytes: Uint8Array, name = 'file'): Promise<string> => {
  const file = join(await temporaryFolder(), name);
  await writeFile(file, bytes);
  return file;
};

export interface SmallFolder {
  readonly trainImages: Uint8Array;
  readonly trainLabels: Uint8Array;
  readonly testImages: Uint8Array;
  readonly testLabels: Uint8Array;
}

/** Six training and three test images of 2 × 3, four classes. */
export const smallFiles: SmallFolder = {
  trainImages: idxBytes([6, 2, 3], someValues(36)),
  trainLabels: idxBytes([6], Uint8Array.of(0, 1, 2, 3, 1, 0)),
  testImages: idxBytes([3, 2, 3], someValues(18)),
  testLabels: idxBytes([3], Uint8Array.of(2, 1, 0)),
};

export interface Spelling {
  readonly separator?: '-' | '.';
  readonly gzip?: boolean;
}

/** Writes the four files into a temporary folder. @returns the folder */
export const writeFolder = async (files: SmallFolder, { separator = '-', gzip = false }: Spelling = {}) => {
  const folder = await temporaryFolder();
  const write = (part: string, idx: string, bytes: Uint8Array) =>
    writeFile(join(folder, `${part}${separator}${idx}-ubyte${gzip ? '.gz' : ''}`), gzip ? gzipSync(bytes) : bytes);
  await Promise.all([
    write('train-images', 'idx3', files.trainImages),
    write('train-labels', 'idx1', files.trainLabels),
    write('t10k-images', 'idx3', files.testImages),
    write('t10k-labels', 'idx1', files.testLabels),
  ]);
  return folder;
};
