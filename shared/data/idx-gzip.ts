import type { FileHandle } from 'node:fs/promises';
import { createGunzip } from 'node:zlib';
import { CodedError, messageOf } from '../util/errors.js';
import { headerBytes, parseIdxHeader, wrongLength, type IdxArray, type IdxHeader } from './idx-header.js';

/** Deflate cannot make a file shorter than this (zlib's technical details), so a small file cannot claim much memory. */
const mostExpansion = 1032;
const chunkSize = 256 * 1024;

/** Takes unpacked chunks and stops at the first byte beyond what the header says. */
class BoundedReader {
  private start = new Uint8Array(0);
  private header: IdxHeader | null = null;
  private values = new Uint8Array(0);
  private filled = 0;

  constructor(
    private readonly file: string,
    private readonly ranks: readonly number[],
    private readonly packedSize: number,
  ) {}

  push(chunk: Uint8Array): void {
    if (this.header !== null) {
      this.append(this.header, chunk);
      return;
    }
    this.start = Buffer.concat([this.start, chunk]);
    if (this.start.length >= headerBytes(this.ranks)) this.begin();
  }

  private begin(): IdxHeader {
    const header = parseIdxHeader(this.start, this.file, this.ranks);
    if (header.offset + header.values > this.packedSize * mostExpansion) {
      throw wrongLength(this.file, header, `a gzip file of ${this.packedSize} bytes cannot hold as many`);
    }
    this.header = header;
    this.values = new Uint8Array(header.values);
    this.append(header, this.start.subarray(header.offset));
    return header;
  }

  private append(header: IdxHeader, chunk: Uint8Array): void {
    if (this.filled + chunk.length > this.values.length) throw wrongLength(this.file, header, 'the file goes on after');
    this.values.set(chunk, this.filled);
    this.filled += chunk.length;
  }

  finish(): IdxArray {
    const header = this.header ?? this.begin();
    if (this.filled < header.values) {
      throw wrongLength(this.file, header, `it unpacks to ${header.offset + this.filled}`);
    }
    return { shape: header.shape, values: this.values };
  }
}

/**
 * Unpacks an IDX file chunk by chunk; never holds more than the header says and one chunk.
 * @param size bytes of the packed file
 * @throws CodedError `data/bad-gzip`, or what {@link parseIdxHeader} throws
 */
export const readGzippedIdx = async (
  handle: FileHandle,
  size: number,
  file: string,
  ranks: readonly number[],
): Promise<IdxArray> => {
  const reader = new BoundedReader(file, ranks, size);
  const gunzip = createGunzip({ chunkSize });
  const damaged = (what: string, cause?: unknown): CodedError =>
    new CodedError('data/bad-gzip', `The gzip file is damaged: ${what}.`, {
      where: file,
      hint: 'Get it again.',
      cause,
    });
  const source = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: chunkSize });
  source.once('error', (error) => gunzip.destroy(error));
  try {
    for await (const chunk of source.pipe(gunzip)) reader.push(chunk as Uint8Array);
  } catch (thrown) {
    if (thrown instanceof CodedError) throw thrown;
    throw damaged(messageOf(thrown), thrown);
  } finally {
    source.destroy();
  }
  // The decoder ignores zeros after the packed data; a sound file has nothing there.
  if (gunzip.bytesWritten !== size) throw damaged(`${size - gunzip.bytesWritten} foreign bytes follow its end`);
  return reader.finish();
};
