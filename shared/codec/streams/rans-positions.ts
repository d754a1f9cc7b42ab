import { bitsAt, firstBits, type BitReader, type BitWriter } from '../../util/bits.js';
import { histogram } from '../entropy.js';
import { malformed } from './malformed.js';
import { bestTable, readRans, writeRans } from './rans.js';
import type { PositionCode } from './stream.js';

/*
 * A gap's number n = gap + 1 ≥ 1 becomes a token and bits: numbers below 8 are tokens themselves, less 1; above, a token names
 * the place of the leading one and the two bits after it, and the bits below follow as they are. Tokens are coded by range
 * ANS; the bits of all gaps come after, in order.
 */
const smallest = 8;
const firstWithBits = smallest - 1;
const alphabet = firstWithBits + 4 * 29;

const tokenOf = (number: number): number => {
  if (number < smallest) return number - 1;
  const size = 31 - Math.clz32(number);
  return firstWithBits + 4 * (size - 3) + ((number >>> (size - 2)) & 3);
};

/** Bits below a token. */
const bitsOf = (token: number): number => (token < firstWithBits ? 0 : ((token - firstWithBits) >> 2) + 1);

const tokensOf = (positions: Uint32Array): Uint16Array => {
  const tokens = new Uint16Array(positions.length);
  let previous = -1;
  for (let i = 0; i < positions.length; i++) {
    tokens[i] = tokenOf(positions[i] - previous);
    previous = positions[i];
  }
  return tokens;
};

const writeBits = (positions: Uint32Array, tokens: Uint16Array, writer: BitWriter): void => {
  let previous = -1;
  for (let i = 0; i < positions.length; i++) {
    const bits = bitsOf(tokens[i]);
    if (bits > 0) writer.bits((positions[i] - previous) & ((1 << bits) - 1), bits);
    previous = positions[i];
  }
  writer.align();
};

const read = (reader: BitReader, count: number, length: number, precision: number): Uint32Array => {
  const tokens = readRans(reader, count, alphabet, precision);
  const bytes = reader.padded;
  const positions = new Uint32Array(count);
  let at = reader.bitPosition;
  let previous = -1;
  for (let i = 0; i < count; i++) {
    const token = tokens[i];
    let number = token + 1;
    if (token >= firstWithBits) {
      const bits = bitsOf(token);
      number = ((4 + ((token - firstWithBits) & 3)) << bits) >>> 0;
      number += firstBits(bitsAt(bytes, at), bits);
      at += bits;
    }
    const position = previous + number;
    if (position >= length) malformed('codec/bad-position', `Position ${position} in a vector of ${length}.`);
    positions[i] = position;
    previous = position;
  }
  reader.bitPosition = at;
  reader.align();
  return positions;
};

/** Gaps by range ANS with static frequencies of their sizes. The parameter is the precision of the frequencies in bits. */
export const ransPositions: PositionCode = {
  tag: 7,
  name: 'rans',
  prepare: (positions) => {
    const tokens = tokensOf(positions);
    const counts = histogram(tokens, alphabet);
    const { table, bytes } = bestTable(counts, tokens.length)!;
    let bits = 0;
    for (let token = firstWithBits; token < alphabet; token++) bits += counts[token] * bitsOf(token);
    return {
      bytes: bytes + Math.ceil(bits / 8),
      parameter: table.precision,
      write: (writer) => {
        const overhead = writeRans(tokens, table, writer);
        writeBits(positions, tokens, writer);
        return overhead;
      },
    };
  },
  read,
};
