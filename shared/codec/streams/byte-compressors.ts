import { brotliCompressSync, brotliDecompressSync, constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import type { BitReader } from '../../util/bits.js';
import { malformed } from './malformed.js';
import type { SymbolCode } from './stream.js';

/** Symbols as whole bytes, two each where the alphabet needs it: first all low bytes, then all high bytes. */
const pack = (symbols: Uint16Array, alphabet: number): Uint8Array => {
  const count = symbols.length;
  const bytes = new Uint8Array(alphabet > 256 ? 2 * count : count);
  for (let i = 0; i < count; i++) bytes[i] = symbols[i];
  if (alphabet > 256) for (let i = 0; i < count; i++) bytes[count + i] = symbols[i] >>> 8;
  return bytes;
};

/** A library's compressor of bytes. */
interface Compressor {
  readonly tag: number;
  readonly name: string;
  compress(bytes: Uint8Array): Uint8Array;
  /** Stops when it gives more than `limit` bytes. @throws Error for damaged bytes */
  expand(coded: Uint8Array, limit: number): Inflated;
}

/** What zlib answers with `info`: `bytesWritten` counts the coded bytes that it took. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

const expand = ({ name, expand: run }: Compressor, coded: Uint8Array, expected: number): Uint8Array => {
  try {
    const { buffer, engine } = run(coded, Math.max(1, expected));
    if (buffer.length === expected && engine.bytesWritten === coded.length) return buffer;
  } catch {
    return malformed('codec/bad-stream', `A ${name} stream is damaged or too long.`);
  }
  return malformed('codec/bad-stream', `A ${name} stream has another length than it says.`);
};

const unpack = (bytes: Uint8Array, count: number, alphabet: number): Uint16Array => {
  const symbols = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    symbols[i] = alphabet > 256 ? bytes[i] + 256 * bytes[count + i] : bytes[i];
    if (symbols[i] >= alphabet) {
      malformed('codec/bad-symbol', `Symbol ${symbols[i]} in an alphabet of ${alphabet}.`);
    }
  }
  return symbols;
};

/** The size of such a stream can only be found by doing it. */
const byteCoder = (compressor: Compressor): SymbolCode => ({
  tag: compressor.tag,
  name: compressor.name,
  prepare: (symbols, alphabet) => {
    const coded = compressor.compress(pack(symbols, alphabet));
    return {
      bytes: coded.length + 3,
      parameter: 0,
      write: (writer) => {
        const start = writer.length;
        writer.varint(coded.length);
        const lengthBytes = writer.length - start;
        writer.bytes(coded);
        return lengthBytes;
      },
    };
  },
  read: (reader: BitReader, count, alphabet) => {
    const coded = reader.bytes(reader.varint());
    return unpack(expand(compressor, coded, alphabet > 256 ? 2 * count : count), count, alphabet);
  },
});

/** Raw DEFLATE (RFC 1951) over byte-packed symbols. @param level 1 to 9 */
export const deflate = (level: number): SymbolCode =>
  byteCoder({
    tag: 3,
    name: 'deflate',
    compress: (bytes) => deflateRawSync(bytes, { level }),
    expand: (coded, limit) => inflateRawSync(coded, { maxOutputLength: limit, info: true }) as unknown as Inflated,
  });

/** Brotli (RFC 7932) over byte-packed symbols. @param quality 0 to 11 */
export const brotli = (quality: number): SymbolCode =>
  byteCoder({
    tag: 4,
    name: 'brotli',
    compress: (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }),
    expand: (coded, limit) =>
      brotliDecompressSync(coded, { maxOutputLength: limit, info: true } as never) as unknown as Inflated,
  });
