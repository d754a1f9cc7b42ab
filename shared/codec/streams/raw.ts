import { bitsAt, firstBits, type BitReader, type BitWriter } from '../../util/bits.js';
import { bitsBelow } from '../value.js';
import { malformed } from './malformed.js';
import { packSymbols, unpackSymbols } from './pack.js';

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
  const bytes = reader.padded;
  const positions = new Uint32Array(count);
  let at = reader.bitPosition;
  let previous = -1;
  for (let i = 0; i < count; i++) {
    const position = firstBits(bitsAt(bytes, at), bits);
    at += bits;
    if (position <= previous || position >= length) {
      malformed('codec/bad-position', `Position ${position} follows ${previous} in a vector of ${length}.`);
    }
    positions[i] = position;
    previous = position;
  }
  reader.bitPosition = at;
  reader.align();
  return positions;
};

export const writeRawSymbols = (symbols: Uint16Array, alphabet: number, writer: BitWriter): void =>
  packSymbols(symbols, bitsBelow(alphabet), writer.space(rawBytes(symbols.length, alphabet)));

/** @throws CodedError `codec/bad-symbol`, `codec/bad-stream`, `codec/truncated` */
export const readRawSymbols = (reader: BitReader, count: number, alphabet: number): Uint16Array => {
  const bits = bitsBelow(alphabet);
  const symbols = unpackSymbols(reader.bytes(rawBytes(count, alphabet)), count, bits);
  if (alphabet === 2 ** bits) return symbols;
  for (let i = 0; i < count; i++) {
    if (symbols[i] >= alphabet) {
      malformed('codec/bad-symbol', `Symbol ${symbols[i]} in an alphabet of ${alphabet}.`);
    }
  }
  return symbols;
};
