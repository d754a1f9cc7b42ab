import type { BitReader, BitWriter } from '../../util/bits.js';
import { bitsBelow } from '../value.js';
import { malformed } from './malformed.js';

/** Fixed-length codes: ⌈log2 n⌉ bits for each number below n, most significant bit first. */

export const rawBytes = (count: number, limit: number): number => Math.ceil((count * bitsBelow(limit)) / 8);

export const writeRawPositions = (positions: Uint32Array, length: number, writer: BitWriter): void => {
  const bits = bitsBelow(length);
  for (let i = 0; i < positions.length; i++) writer.bits(positions[i], bits);
  writer.align();
};

/** @throws CodedError `codec/bad-position`, `codec/truncated` */
export const readRawPositions = (reader: BitReader, count: number, length: number): Uint32Array => {
  const bits = bitsBelow(length);
  reader.requireBits(count * bits);
  const positions = new Uint32Array(count);
  let previous = -1;
  for (let i = 0; i < count; i++) {
    const position = reader.bits(bits);
    if (position <= previous || position >= length) {
      malformed('codec/bad-position', `Position ${position} follows ${previous} in a vector of ${length}.`);
    }
    positions[i] = position;
    previous = position;
  }
  reader.align();
  return positions;
};

/** Packs without a call for each symbol: dense vectors have millions. */
const pack = (symbols: Uint16Array, bits: number): Uint8Array => {
  const bytes = new Uint8Array(Math.ceil((symbols.length * bits) / 8));
  if (bits === 8) {
    bytes.set(symbols);
    return bytes;
  }
  let pending = 0;
  let pendingBits = 0;
  let at = 0;
  for (let i = 0; i < symbols.length; i++) {
    pending = (pending << bits) | symbols[i];
    pendingBits += bits;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      bytes[at++] = pending >>> pendingBits;
    }
  }
  if (pendingBits > 0) bytes[at] = pending << (8 - pendingBits);
  return bytes;
};

const unpack = (bytes: Uint8Array, count: number, bits: number): Uint16Array => {
  const symbols = new Uint16Array(count);
  if (bits === 8) {
    symbols.set(bytes);
    return symbols;
  }
  const mask = (1 << bits) - 1;
  let pending = 0;
  let pendingBits = 0;
  let at = 0;
  for (let i = 0; i < count; i++) {
    while (pendingBits < bits) {
      pending = (pending << 8) | bytes[at++];
      pendingBits += 8;
    }
    pendingBits -= bits;
    symbols[i] = (pending >>> pendingBits) & mask;
  }
  if ((pending & ((1 << pendingBits) - 1)) !== 0) malformed('codec/bad-stream', 'The padding bits are not zero.');
  return symbols;
};

export const writeRawSymbols = (symbols: Uint16Array, alphabet: number, writer: BitWriter): void =>
  writer.bytes(pack(symbols, bitsBelow(alphabet)));

/** @throws CodedError `codec/bad-symbol`, `codec/bad-stream`, `codec/truncated` */
export const readRawSymbols = (reader: BitReader, count: number, alphabet: number): Uint16Array => {
  const bits = bitsBelow(alphabet);
  const symbols = unpack(reader.bytes(rawBytes(count, alphabet)), count, bits);
  if (alphabet === 2 ** bits) return symbols;
  for (let i = 0; i < count; i++) {
    if (symbols[i] >= alphabet) {
      malformed('codec/bad-symbol', `Symbol ${symbols[i]} in an alphabet of ${alphabet}.`);
    }
  }
  return symbols;
};
