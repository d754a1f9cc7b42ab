import { deflateRawSync, inflateRawSync } from 'node:zlib';
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

const inflate = (coded: Uint8Array, expected: number): Uint8Array => {
  try {
    // A hostile stream stops here when it gives more than the symbols need.
    const options = { maxOutputLength: Math.max(1, expected), info: true } as const;
    const { buffer, engine } = inflateRawSync(coded, options) as unknown as Inflated;
    if (buffer.length === expected && engine.bytesWritten === coded.length) return buffer;
  } catch {
    return malformed('codec/bad-stream', 'A deflate stream is damaged or too long.');
  }
  return malformed('codec/bad-stream', 'A deflate stream has another length than it says.');
};

/** What zlib answers with `info`: `bytesWritten` counts the coded bytes that it took. */
interface Inflated {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}

const read = (reader: BitReader, count: number, alphabet: number): Uint16Array => {
  const coded = reader.bytes(reader.varint());
  const bytes = inflate(coded, alphabet > 256 ? 2 * count : count);
  const symbols = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    symbols[i] = alphabet > 256 ? bytes[i] + 256 * bytes[count + i] : bytes[i];
    if (symbols[i] >= alphabet) {
      malformed('codec/bad-symbol', `Symbol ${symbols[i]} in an alphabet of ${alphabet}.`);
    }
  }
  return symbols;
};

/** Raw DEFLATE (RFC 1951) over byte-packed symbols. Its size can only be found by doing it. */
export const deflate = (level: number): SymbolCode => ({
  tag: 3,
  name: 'deflate',
  prepare: (symbols, alphabet) => {
    const coded = deflateRawSync(pack(symbols, alphabet), { level });
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
  read,
});
