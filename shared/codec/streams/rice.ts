import type { BitReader, BitWriter } from '../../util/bits.js';
import { malformed } from './malformed.js';
import type { PositionCode } from './stream.js';

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
  return Math.min(31, Math.max(0, 1 + Math.floor(Math.log2(ratio))));
};

/** Real positions are not independent, so the neighbours of the formula's parameter are counted too. */
const bestParameter = (positions: Uint32Array, length: number): { parameter: number; bits: number } => {
  let parameter = riceParameter(positions.length / length);
  let bits = riceBits(positions, parameter);
  for (const step of [-1, 1]) {
    for (let next = parameter + step; next >= 0 && next <= 31; next += step) {
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

const read = (reader: BitReader, count: number, length: number, parameter: number): Uint32Array => {
  reader.requireBits(count * (parameter + 1));
  const positions = new Uint32Array(count);
  let previous = -1;
  for (let i = 0; i < count; i++) {
    // A longer run would lie outside the vector, so hostile bytes can't make it long.
    const quotient = reader.unary(Math.floor((length - 1) / 2 ** parameter));
    const position = previous + 1 + quotient * 2 ** parameter + reader.bits(parameter);
    if (position >= length) malformed('codec/bad-position', `Position ${position} in a vector of ${length}.`);
    positions[i] = position;
    previous = position;
  }
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
  read,
};
