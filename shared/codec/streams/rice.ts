import { bitsAt, firstBits, type BitReader, type BitWriter } from '../../util/bits.js';
import { malformed } from './malformed.js';
import type { PositionCode } from './stream.js';

/** The stream's parameter beyond says that a divisor of any size follows. */
export const mostRice = 30;

/** Bits of all gaps with a parameter: the quotient in unary with its closing zero, then the parameter's low bits. */
export const riceBits = (positions: Uint32Array, parameter: number): number => {
  let bits = positions.length * (parameter + 1);
  let previous = -1;
  for (let i = 0; i < positions.length; i++) {
    bits += (positions[i] - previous - 1) >>> parameter;
    previous = positions[i];
  }
  return bits;
};

/**
 * The Rice parameter for positions of density p that are independent: 1 + ⌊log2(ln(φ−1) / ln(1−p))⌋, at least 0
 * (Sattler et al. 2019, "Robust and Communication-Efficient Federated Learning from Non-IID Data", equation 10).
 */
export const riceParameter = (density: number): number => {
  if (density >= 1) return 0;
  const ratio = Math.log((Math.sqrt(5) - 1) / 2) / Math.log1p(-density);
  return Math.min(mostRice, Math.max(0, 1 + Math.floor(Math.log2(ratio))));
};

/** Real positions are not independent, so the neighbours of the formula's parameter are counted too. */
const bestParameter = (positions: Uint32Array, length: number): { parameter: number; bits: number } => {
  let parameter = riceParameter(positions.length / length);
  let bits = riceBits(positions, parameter);
  for (const step of [-1, 1]) {
    for (let next = parameter + step; next >= 0 && next <= mostRice; next += step) {
      const nextBits = riceBits(positions, next);
      if (nextBits >= bits) break;
      bits = nextBits;
      parameter = next;
    }
  }
  return { parameter, bits };
};

const write = (positions: Uint32Array, parameter: number, writer: BitWriter): void => {
  const mask = 2 ** parameter - 1;
  let previous = -1;
  for (let i = 0; i < positions.length; i++) {
    const gap = positions[i] - previous - 1;
    writer.unary(gap >>> parameter);
    writer.bits(gap & mask, parameter);
    previous = positions[i];
  }
  writer.align();
};

/**
 * Ones before the next zero, from bit `at` on. Behind the last byte are zeros, so this ends.
 * @throws CodedError `codec/bad-stream` for more than `limit`
 */
export const onesAt = (bytes: Uint8Array, at: number, limit: number): number => {
  let ones = 0;
  for (;;) {
    const run = Math.clz32(~bitsAt(bytes, at + ones));
    ones += run;
    if (ones > limit) malformed('codec/bad-stream', `A run of ones is longer than ${limit}.`);
    if (run < 32) return ones;
  }
};

/** @throws CodedError `codec/…` */
export const readRice = (reader: BitReader, count: number, length: number, parameter: number): Uint32Array => {
  if (parameter > mostRice) malformed('codec/bad-stream', `The Rice parameter ${parameter} is above ${mostRice}.`);
  reader.requireBits(count * (parameter + 1));
  const bytes = reader.padded;
  const positions = new Uint32Array(count);
  // A longer run would lie outside the vector, so hostile bytes can't make it long.
  const limit = Math.floor((length - 1) / 2 ** parameter);
  const divisor = 2 ** parameter;
  let at = reader.bitPosition;
  let previous = -1;
  for (let i = 0; i < count; i++) {
    const word = bitsAt(bytes, at);
    let quotient = Math.clz32(~word);
    let rest = word << (quotient + 1);
    if (quotient + parameter > 31) {
      quotient = onesAt(bytes, at, limit);
      rest = bitsAt(bytes, at + quotient + 1);
    }
    at += quotient + 1 + parameter;
    const position = previous + 1 + quotient * divisor + firstBits(rest, parameter);
    if (position >= length) malformed('codec/bad-position', `Position ${position} in a vector of ${length}.`);
    positions[i] = position;
    previous = position;
  }
  reader.bitPosition = at;
  reader.align();
  return positions;
};

/** Golomb-Rice code of the gaps between positions (Golomb 1966; Rice 1979): the number of coordinates skipped. */
export const rice: PositionCode = {
  tag: 1,
  name: 'rice',
  prepare: (positions, length) => {
    const { parameter, bits } = bestParameter(positions, length);
    return {
      bytes: Math.ceil(bits / 8),
      parameter,
      write: (writer) => {
        write(positions, parameter, writer);
        return 0;
      },
    };
  },
  read: readRice,
};
