import { bitsAt, firstBits, type BitReader, type BitWriter } from '../../util/bits.js';
import { toInteger, toSymbol } from '../signed-symbols.js';
import { malformed } from './malformed.js';
import type { PositionCode, SymbolCode } from './stream.js';

/*
 * Universal codes of numbers n ≥ 1 (Elias 1975). Gamma: as many zeros as n has bits after its leading one, then n. Delta: the
 * number of n's bits in gamma code, then the bits after the leading one. Gaps between positions are coded as gap + 1,
 * symbols as symbol + 1, or counted from the middle of the alphabet outwards, where quantizers have their zero: whichever
 * is smaller.
 */

/** The code, also the stream's parameter: 0 gamma, 1 delta. */
export type EliasCode = 'gamma' | 'delta';
const parameters = { gamma: 0, delta: 1 } as const;

/** Bits of a number of at least 1 in gamma code. */
export const gammaBits = (value: number): number => 2 * (31 - Math.clz32(value)) + 1;

export const writeGamma = (value: number, writer: BitWriter): void => {
  const size = 31 - Math.clz32(value);
  if (size < 12) {
    writer.bits(value, 2 * size + 1);
    return;
  }
  writer.bits(0, size);
  writer.bits(value, size + 1);
};

/** @throws CodedError `codec/bad-stream` above 2^31 − 1 */
export const readGamma = (reader: BitReader): number => {
  let size = 0;
  while (reader.bits(1) === 0) {
    if (++size > 30) malformed('codec/bad-stream', 'A number in gamma code is too large.');
  }
  return size === 0 ? 1 : 2 ** size + reader.bits(size);
};

const deltaBits = (value: number): number => {
  const size = 32 - Math.clz32(value);
  return gammaBits(size) + size - 1;
};

const writeDelta = (value: number, writer: BitWriter): void => {
  const size = 32 - Math.clz32(value);
  writeGamma(size, writer);
  writer.bits(value & ((1 << (size - 1)) - 1), size - 1);
};

/** Lengths of codes are derived from their numbers, so a reader needs none. */
const gammaAt = (bytes: Uint8Array, at: number): number => {
  const word = bitsAt(bytes, at);
  const size = Math.clz32(word);
  if (size < 16) return firstBits(word, 2 * size + 1);
  if (size > 30) malformed('codec/bad-stream', 'A number in gamma code is too large.');
  return firstBits(bitsAt(bytes, at + size), size + 1);
};

const deltaAt = (bytes: Uint8Array, at: number): number => {
  const size = gammaAt(bytes, at);
  if (size > 31) malformed('codec/bad-stream', `A number of ${size} bits in delta code.`);
  return (1 << (size - 1)) + firstBits(bitsAt(bytes, at + gammaBits(size)), size - 1);
};

const bitsOf = (value: number, isDelta: boolean): number => (isDelta ? deltaBits(value) : gammaBits(value));

/** Reads numbers one after the other. */
const numbers = (reader: BitReader, count: number, isDelta: boolean): Uint32Array => {
  reader.requireBits(count);
  const bytes = reader.padded;
  const values = new Uint32Array(count);
  const end = 8 * (bytes.length - 4);
  let at = reader.bitPosition;
  for (let i = 0; i < count && at < end; i++) {
    const value = isDelta ? deltaAt(bytes, at) : gammaAt(bytes, at);
    at += bitsOf(value, isDelta);
    values[i] = value;
  }
  reader.bitPosition = at;
  reader.align();
  return values;
};

export const eliasPositions = (which: EliasCode): PositionCode => {
  const isDelta = which === 'delta';
  return {
    tag: 5,
    name: which,
    prepare: (positions) => {
      let bits = 0;
      let previous = -1;
      for (let i = 0; i < positions.length; i++) {
        bits += bitsOf(positions[i] - previous, isDelta);
        previous = positions[i];
      }
      return {
        bytes: Math.ceil(bits / 8),
        parameter: parameters[which],
        write: (writer) => {
          let before = -1;
          for (let i = 0; i < positions.length; i++) {
            if (isDelta) writeDelta(positions[i] - before, writer);
            else writeGamma(positions[i] - before, writer);
            before = positions[i];
          }
          writer.align();
          return 0;
        },
      };
    },
    read: (reader, count, length, parameter) => {
      if (parameter > 1) malformed('codec/bad-stream', `The Elias code ${parameter} is not known.`);
      const positions = numbers(reader, count, parameter === 1);
      let previous = -1;
      for (let i = 0; i < count; i++) {
        const position = previous + positions[i];
        if (position >= length) malformed('codec/bad-position', `Position ${position} in a vector of ${length}.`);
        positions[i] = position;
        previous = position;
      }
      return positions;
    },
  };
};

/** Added to a symbol stream's parameter where symbols are counted from the middle. */
const fromMiddle = 2;

const middleOf = (alphabet: number): number => (alphabet - 1) >> 1;

/** The number that stands for a symbol, from 1; those near the middle are small, if there is one. */
const numberOf = (symbol: number, middle: number | null): number =>
  middle === null ? symbol + 1 : toSymbol(symbol - middle) + 1;

const symbolOf = (number: number, middle: number | null): number =>
  middle === null ? number - 1 : toInteger(number - 1) + middle;

const symbolBits = (symbols: Uint16Array, isDelta: boolean, middle: number | null): number => {
  let bits = 0;
  for (let i = 0; i < symbols.length; i++) bits += bitsOf(numberOf(symbols[i], middle), isDelta);
  return bits;
};

export const eliasSymbols = (which: EliasCode): SymbolCode => {
  const isDelta = which === 'delta';
  return {
    tag: 6,
    name: which,
    prepare: (symbols, alphabet) => {
      const plain = symbolBits(symbols, isDelta, null);
      const folded = symbolBits(symbols, isDelta, middleOf(alphabet));
      const middle = folded < plain ? middleOf(alphabet) : null;
      return {
        bytes: Math.ceil(Math.min(plain, folded) / 8),
        parameter: parameters[which] + (middle === null ? 0 : fromMiddle),
        write: (writer) => {
          for (let i = 0; i < symbols.length; i++) {
            const number = numberOf(symbols[i], middle);
            if (isDelta) writeDelta(number, writer);
            else writeGamma(number, writer);
          }
          writer.align();
          return 0;
        },
      };
    },
    read: (reader, count, alphabet, parameter) => {
      if (parameter > 3) malformed('codec/bad-stream', `The Elias code ${parameter} is not known.`);
      const middle = (parameter & fromMiddle) === 0 ? null : middleOf(alphabet);
      const values = numbers(reader, count, (parameter & 1) === parameters.delta);
      const symbols = new Uint16Array(count);
      for (let i = 0; i < count; i++) {
        const symbol = symbolOf(values[i], middle);
        if (symbol < 0 || symbol >= alphabet) {
          malformed('codec/bad-symbol', `Symbol ${symbol} in an alphabet of ${alphabet}.`);
        }
        symbols[i] = symbol;
      }
      return symbols;
    },
  };
};
