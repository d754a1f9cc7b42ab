import { open, type FileHandle } from 'node:fs/promises';
import { CodedError, messageOf } from '../util/errors.js';
import { readGzippedIdx } from './idx-gzip.js';
import { headerBytes, parseIdxHeader, wrongLength, type IdxArray } from './idx-header.js';

export type { IdxArray } from './idx-header.js';

/** First bytes of every gzip file (RFC 1952, section 2.3.1). */
const isGzip = (start: Uint8Array): boolean => start[0] === 0x1f && start[1] === 0x8b;

/** Reads from a position on until the target is full or the file ends. @returns the number of bytes read */
const readAt = async (handle: FileHandle, target: Uint8Array, position: number): Promise<number> => {
  let done = 0;
  while (done < target.length) {
    const { bytesRead } = await handle.read(target, done, target.length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return done;
};

const readOpened = async (handle: FileHandle, file: string, ranks: readonly number[]): Promise<IdxArray> => {
  const stats = await handle.stat();
  if (!stats.isFile()) throw new Error('it is not a file');
  const start = new Uint8Array(Math.min(headerBytes(ranks), stats.size));
  await readAt(handle, start, 0);
  if (isGzip(start)) return readGzippedIdx(handle, stats.size, file, ranks);
  const header = parseIdxHeader(start, file, ranks);
  if (header.offset + header.values !== stats.size) throw wrongLength(file, header, `it has ${stats.size}`);
  const values = new Uint8Array(header.values);
  const read = await readAt(handle, values, header.offset);
  if (read < values.length) throw wrongLength(file, header, 'it became shorter while it was read');
  return { shape: header.shape, values };
};

/**
 * Reads an IDX file of unsigned bytes, packed with gzip or not: its first bytes tell, not its name. Nothing is
 * reserved before the file's length agrees with its header.
 * @param ranks the numbers of dimensions that are right: `[3, 4]` for images, `[1]` for labels
 * @throws CodedError `data/missing-file`, `data/not-idx`, `data/bad-gzip`, `data/bad-length`, `data/bad-shape`,
 * `data/too-large`; each names the file
 */
export const readIdx = async (file: string, ranks: readonly number[]): Promise<IdxArray> => {
  let handle: FileHandle | null = null;
  try {
    handle = await open(file, 'r');
    return await readOpened(handle, file, ranks);
  } catch (thrown) {
    if (thrown instanceof CodedError) throw thrown;
    throw new CodedError('data/missing-file', `The file cannot be read: ${messageOf(thrown)}.`, {
      where: file,
      cause: thrown,
    });
  } finally {
    await handle?.close();
  }
};
