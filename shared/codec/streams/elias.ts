import type { BitReader, BitWriter } from '../../util/bits.js';
import { malformed } from './malformed.js';
import { gammaBits, readGamma, writeGamma } from './rans.js';
import type { PositionCode, SymbolCode } from './stream.js';

/*
 * Universal codes of numbers n ≥ 1 (Elias 1975). Gamma: as many zeros as n has bits after its leading one, then n. Delta: the
 * number of n's bits in gamma code, then the bits after the leading one. Gaps between positions are coded as gap + 1,
 * symbols as symbol + 1, so small symbols should be the frequent ones.
 */

/** The code, also the stream's parameter: 0 gamma, 1 delta. */
export type EliasCode = 'gamma' | 'delta';
const parameters = { gamma: 0, delta: 1 } as const;

interface NumberCode {
  bits(value: number): number;
  write(value: number, writer: BitWriter): void;
  read(reader: BitReader): number;
}

const codes: Readonly<Record<EliasCode, NumberCode>> = {
  gamma: { bits: gammaBits, write: writeGamma, read: readGamma },
  delta: {
    bits: (value) => {
      const size = 32 - Math.clz32(value);
      return gammaBits(size) + size - 1;
    },
    write: (value, writer) => {
      const size = 32 - Math.clz32(value);
      writeGamma(size, writer);
      writer.bits(value & (2 ** (size - 1) - 1), size - 1);
    },
    read: (reader) => {
      const size = readGamma(reader);
      if (size > 32) malformed('codec/bad-stream', `A number of ${size} bits in delta code.`);
      return 2 ** (size - 1) + reader.bits(size - 1);
    },
  },
};

const codeOf = (parameter: number): NumberCode => {
  if (parameter > 1) malformed('codec/bad-stream', `The Elias code ${parameter} is not known.`);
  return parameter === 0 ? codes.gamma : codes.delta;
};

export const eliasPositions = (which: EliasCode): PositionCode => ({
  tag: 5,
  name: which,
  prepare: (positions) => {
    const code = codes[which];
    let bits = 0;
    let previous = -1;
    for (let i = 0; i < positions.length; i++) {
      bits += code.bits(positions[i] - previous);
      previous = positions[i];
    }
    return {
      bytes: Math.ceil(bits / 8),
      parameter: parameters[which],
      write: (writer) => {
        let before = -1;
        for (let i = 0; i < positions.length; i++) {
          code.write(positions[i] - before, writer);
          before = positions[i];
        }
        writer.align();
        return 0;
      },
    };
  },
  read: (reader, count, length, parameter) => {
    const code = codeOf(parameter);
    reader.requireBits(count);
    const positions = new Uint32Array(count);
    let previous = -1;
    for (let i = 0; i < count; i++) {
      const position = previous + code.read(reader);
      if (position >= length) malformed('codec/bad-position', `Position ${position} in a vector of ${length}.`);
      positions[i] = position;
      previous = position;
    }
    reader.align();
    return positions;
  },
});

export const eliasSymbols = (which: EliasCode): SymbolCode => ({
  tag: 6,
  name: which,
  prepare: (symbols) => {
    const code = codes[which];
    let bits = 0;
    for (let i = 0; i < symbols.length; i++) bits += code.bits(symbols[i] + 1);
    return {
      bytes: Math.ceil(bits / 8),
      parameter: parameters[which],
      write: (writer) => {
        for (let i = 0; i < symbols.length; i++) code.write(symbols[i] + 1, writer);
        writer.align();
        return 0;
      },
    };
  },
  read: (reader, count, alphabet, parameter) => {
    const code = codeOf(parameter);
    reader.requireBits(count);
    const symbols = new Uint16Array(count);
    for (let i = 0; i < count; i++) {
      const symbol = code.read(reader) - 1;
      if (symbol >= alphabet) malformed('codec/bad-symbol', `Symbol ${symbol} in an alphabet of ${alphabet}.`);
      symbols[i] = symbol;
    }
    reader.align();
    return symbols;
  },
});
