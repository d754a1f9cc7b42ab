import type { BitReader, BitWriter } from '../../util/bits.js';
import { bitsBelow } from '../value.js';
import { malformed } from './malformed.js';

/** Fixed-length codes: ⌈log2 n⌉ bits for each number below n, most significant bit first. */

export const rawBytes = (count: number, limit: number): number => Math.ceil((count * bitsBelow(limit)) / 8);

/** @param limit the numbers are below it */
export const writeRaw = (numbers: Uint16Array | Uint32Array, limit: number, writer: BitWriter): void => {
  const bits = bitsBelow(limit);
  for (let i = 0; i < numbers.length; i++) writer.bits(numbers[i], bits);
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

/** @throws CodedError `codec/bad-symbol`, `codec/truncated` */
export const readRawSymbols = (reader: BitReader, count: number, alphabet: number): Uint16Array => {
  const bits = bitsBelow(alphabet);
  reader.requireBits(count * bits);
  const symbols = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const symbol = reader.bits(bits);
    if (symbol >= alphabet) malformed('codec/bad-symbol', `Symbol ${symbol} in an alphabet of ${alphabet}.`);
    symbols[i] = symbol;
  }
  reader.align();
  return symbols;
};
