import { bitsAt, firstBits, type BitReader, type BitWriter } from '../../util/bits.js';
import { malformed } from './malformed.js';
import { mostRice, onesAt, readRice } from './rice.js';
import type { PositionCode } from './stream.js';

/*
 * Golomb's code with any divisor m: the quotient in unary, then the remainder in truncated binary: with b = ⌈log2 m⌉ the
 * first 2^b − m remainders take b − 1 bits, the others, moved up by as many, b.
 */

const parameter = mostRice + 1;

/** Bits of the longer remainders, and how many remainders are shorter. */
const remainders = (divisor: number): { bits: number; short: number } => {
  const bits = 32 - Math.clz32(divisor - 1);
  return { bits, short: 2 ** bits - divisor };
};

/** Gaps below this are counted. */
const countedGaps = 4096;

/** How often each gap comes: small ones counted, others as they are. */
interface Gaps {
  readonly total: number;
  readonly counts: Uint32Array;
  readonly large: readonly number[];
}

const gapsOf = (positions: Uint32Array): Gaps => {
  const counts = new Uint32Array(countedGaps);
  const large: number[] = [];
  let previous = -1;
  for (let i = 0; i < positions.length; i++) {
    const gap = positions[i] - previous - 1;
    if (gap < countedGaps) counts[gap]++;
    else large.push(gap);
    previous = positions[i];
  }
  let used = countedGaps;
  while (used > 0 && counts[used - 1] === 0) used--;
  return { total: positions.length, counts: counts.subarray(0, used), large };
};

/** Bits of all gaps with a divisor. */
const golombBits = ({ total, counts, large }: Gaps, divisor: number): number => {
  const { bits, short } = remainders(divisor);
  let sum = total * (1 + bits);
  let quotient = 0;
  let rest = 0;
  for (let gap = 0; gap < counts.length; gap++) {
    sum += counts[gap] * (rest < short ? quotient - 1 : quotient);
    if (++rest < divisor) continue;
    rest = 0;
    quotient++;
  }
  for (const gap of large) sum += Math.floor(gap / divisor) - (gap % divisor < short ? 1 : 0);
  return sum;
};

/** Gallager and van Voorhis 1975: the best divisor for independent positions of density p, ⌈−ln(2−p) / ln(1−p)⌉. */
const golombDivisor = (density: number): number => {
  if (density >= 1) return 1;
  const divisor = Math.ceil(-Math.log(2 - density) / Math.log1p(-density));
  return Math.min(2 ** mostRice, Math.max(1, divisor));
};

/** Real positions are not independent: climbs from the formula's divisor, in steps that get smaller. */
const bestDivisor = (positions: Uint32Array, length: number): { divisor: number; bits: number } => {
  let divisor = golombDivisor(positions.length / length);
  const gaps = gapsOf(positions);
  let bits = golombBits(gaps, divisor);
  for (let step = Math.ceil(divisor / 2); step >= 1; step = step === 1 ? 0 : Math.ceil(step / 3)) {
    for (const next of [divisor - step, divisor + step]) {
      if (next < 1 || next > 2 ** mostRice) continue;
      const nextBits = golombBits(gaps, next);
      if (nextBits >= bits) continue;
      bits = nextBits;
      divisor = next;
    }
  }
  return { divisor, bits };
};

const write = (positions: Uint32Array, divisor: number, writer: BitWriter): void => {
  const { bits, short } = remainders(divisor);
  let previous = -1;
  for (let i = 0; i < positions.length; i++) {
    const gap = positions[i] - previous - 1;
    const quotient = Math.floor(gap / divisor);
    const rest = gap - quotient * divisor;
    writer.unary(quotient);
    if (rest < short) writer.bits(rest, bits - 1);
    else writer.bits(rest + short, bits);
    previous = positions[i];
  }
  writer.align();
};

const read = (reader: BitReader, count: number, length: number): Uint32Array => {
  const divisor = reader.varint();
  if (divisor < 1 || divisor > 2 ** mostRice) malformed('codec/bad-stream', `A divisor of ${divisor}.`);
  const { bits, short } = remainders(divisor);
  reader.requireBits(count * Math.max(1, bits));
  const bytes = reader.padded;
  const positions = new Uint32Array(count);
  const limit = Math.floor((length - 1) / divisor);
  let at = reader.bitPosition;
  let previous = -1;
  for (let i = 0; i < count; i++) {
    const quotient = onesAt(bytes, at, limit);
    at += quotient + 1;
    const word = bitsAt(bytes, at);
    let rest = bits === 0 ? 0 : firstBits(word, bits - 1);
    if (rest >= short) {
      rest = firstBits(word, bits) - short;
      at += bits;
    } else {
      at += bits - 1;
    }
    const position = previous + 1 + quotient * divisor + rest;
    if (position >= length) malformed('codec/bad-position', `Position ${position} in a vector of ${length}.`);
    positions[i] = position;
    previous = position;
  }
  reader.bitPosition = at;
  reader.align();
  return positions;
};

/** Golomb's code of gaps (1966) with the divisor that makes them shortest; within 1 % of Rice's at most densities. */
export const golomb: PositionCode = {
  tag: 1,
  name: 'golomb',
  prepare: (positions, length) => {
    const { divisor, bits } = bestDivisor(positions, length);
    const divisorBytes = 1 + Math.floor((31 - Math.clz32(divisor)) / 7);
    return {
      bytes: divisorBytes + Math.ceil(bits / 8),
      parameter,
      write: (writer) => {
        writer.varint(divisor);
        write(positions, divisor, writer);
        return divisorBytes;
      },
    };
  },
  read: (reader, count, length, which) =>
    which === parameter ? read(reader, count, length) : readRice(reader, count, length, which),
};
