import { crc32 } from 'node:zlib';
import { CodedError } from '../util/errors.js';
import { bytesOf } from './parameters.js';

/*
 * The `.fsq` format, for models, client states and checkpoints: named vectors with a JSON header.
 *
 *   0  'FSQV'       magic
 *   4  uint32 LE    format version
 *   8  uint32 LE    header length
 *  12  uint32 LE    CRC-32 of the header and the vectors
 *  16  header       JSON { meta, vectors: [{ name, type, length }] }, padded with spaces to a multiple of 8
 *      vectors      little-endian numbers, each vector padded to a multiple of 8 bytes
 */
const magic = 0x56515346;
const formatVersion = 1;
const fixedBytes = 16;
const maxHeaderBytes = 2 ** 24;

export type Vector = Float32Array | Float64Array | BigInt64Array | Uint16Array | Uint8Array;
export type Vectors = Readonly<Record<string, Vector>>;
export type VectorMeta = Readonly<Record<string, unknown>>;

const types = {
  float32: Float32Array,
  float64: Float64Array,
  int64: BigInt64Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
} as const;
type TypeName = keyof typeof types;

/** A Buffer is a Uint8Array too. */
const typeOf = (vector: Vector): TypeName =>
  (Object.keys(types) as TypeName[]).find((name) => vector instanceof types[name]) as TypeName;
const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8;

export const encodeVectors = (meta: VectorMeta, vectors: Vectors): Uint8Array => {
  const entries = Object.entries(vectors);
  const list = entries.map(([name, vector]) => ({ name, type: typeOf(vector), length: vector.length }));
  const json = JSON.stringify({ meta, vectors: list });
  const header = Buffer.from(json.padEnd(json.length + padded(Buffer.byteLength(json)) - Buffer.byteLength(json)));
  const total = entries.reduce((sum, [, vector]) => sum + padded(vector.byteLength), fixedBytes + header.length);
  const file = new Uint8Array(total);
  const view = new DataView(file.buffer);
  view.setUint32(0, magic, true);
  view.setUint32(4, formatVersion, true);
  view.setUint32(8, header.length, true);
  file.set(header, fixedBytes);
  let at = fixedBytes + header.length;
  for (const [, vector] of entries) {
    file.set(bytesOf(vector), at);
    at += padded(vector.byteLength);
  }
  view.setUint32(12, crc32(file.subarray(fixedBytes)), true);
  return file;
};

const refuse = (what: string, message: string, cause?: unknown): never => {
  throw new CodedError('params/bad-file', message, { where: what, cause });
};

interface VectorEntry {
  name: string;
  type: TypeName;
  length: number;
}

const isEntry = (value: unknown): value is VectorEntry => {
  const { name, type, length } = (value ?? {}) as Partial<VectorEntry>;
  return typeof name === 'string' && Object.hasOwn(types, String(type)) && Number.isSafeInteger(length) && length! >= 0;
};

const readHeader = (bytes: Uint8Array, what: string): { meta: VectorMeta; vectors: VectorEntry[] } => {
  try {
    const { meta, vectors } = JSON.parse(Buffer.from(bytes).toString()) as { meta: VectorMeta; vectors: unknown[] };
    if (typeof meta === 'object' && meta !== null && vectors.every(isEntry)) return { meta, vectors };
  } catch (cause) {
    return refuse(what, 'The header is no JSON.', cause);
  }
  return refuse(what, 'The header does not list vectors.');
};

/**
 * Reads a `.fsq` file; the vectors are copies.
 * @param what names the file in errors
 * @throws CodedError `params/bad-file`
 */
export const decodeVectors = (
  file: Uint8Array,
  what: string,
): { meta: VectorMeta; vectors: Record<string, Vector> } => {
  if (file.length < fixedBytes) return refuse(what, `A file of ${file.length} bytes is too short.`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (view.getUint32(0, true) !== magic) return refuse(what, 'This is no .fsq file.');
  if (view.getUint32(4, true) !== formatVersion) {
    return refuse(what, `Format version ${view.getUint32(4, true)} is not known; ${formatVersion} is.`);
  }
  const headerLength = view.getUint32(8, true);
  if (headerLength > maxHeaderBytes || fixedBytes + headerLength > file.length)
    return refuse(what, 'The file is cut off.');
  if (crc32(file.subarray(fixedBytes)) !== view.getUint32(12, true)) {
    return refuse(what, 'The checksum is wrong: the file is damaged or cut off.');
  }
  const header = readHeader(file.subarray(fixedBytes, fixedBytes + headerLength), what);
  const vectors: Record<string, Vector> = {};
  let at = fixedBytes + headerLength;
  for (const { name, type, length } of header.vectors) {
    const end = at + length * types[type].BYTES_PER_ELEMENT;
    if (end > file.length) return refuse(what, `The vector '${name}' runs past the end.`);
    // Not `slice`: on a Buffer that is a view into memory that others use too.
    const copy = new Uint8Array(file.subarray(at, end));
    vectors[name] = new types[type](copy.buffer, 0, length);
    at += padded(end - at);
  }
  return { meta: header.meta, vectors };
};
