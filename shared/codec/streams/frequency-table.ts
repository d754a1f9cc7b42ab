import type { BitReader, BitWriter } from '../../util/bits.js';
import { gammaBits, readGamma, writeGamma } from './elias.js';
import { malformed } from './malformed.js';

/*
 * Frequencies of symbols that sum to a power of two, as entropy coders with static models need them, and how they are
 * written: the number of symbols that the table names + 1 in gamma code; an order k of four bits; then each frequency f as
 * ⌊f / 2^k⌋ + 1 in gamma code and k bits. After a frequency of 0 comes the number of zeros in a row, in gamma code.
 */

/** Frequencies of symbols, which sum to 2^precision; 0 for symbols that don't occur. */
export interface FrequencyTable {
  readonly precision: number;
  readonly frequencies: Uint32Array;
}

const orderBits = 4;

/** Takes from the most frequent what rounding rare symbols up to 1 has given them. */
const takeExcess = (frequencies: Uint32Array, excess: number): void => {
  for (let left = excess; left > 0;) {
    let from = 0;
    for (let i = 1; i < frequencies.length; i++) if (frequencies[i] > frequencies[from]) from = i;
    const taken = Math.min(left, Math.max(1, frequencies[from] >>> 3));
    frequencies[from] -= taken;
    left -= taken;
  }
};

/**
 * Scales counts to a sum of 2^precision, at least 1 for what occurs.
 * @param counts at most 2^precision of them above 0
 */
export const normalize = (counts: Uint32Array, total: number, precision: number): Uint32Array => {
  const target = 2 ** precision;
  const factor = target / total;
  const frequencies = new Uint32Array(counts.length);
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    frequencies[i] = Math.max(1, Math.round(counts[i] * factor));
    sum += frequencies[i];
    if (frequencies[i] > frequencies[largest]) largest = i;
  }
  const excess = sum - target;
  if (8 * excess < frequencies[largest]) frequencies[largest] -= excess;
  else takeExcess(frequencies, excess);
  return frequencies;
};

const lastSymbol = (frequencies: Uint32Array): number => {
  let last = frequencies.length - 1;
  while (last >= 0 && frequencies[last] === 0) last--;
  return last;
};

/** How many zeros in a row begin at a symbol. */
const zerosFrom = (frequencies: Uint32Array, symbol: number): number => {
  let end = symbol;
  while (frequencies[end] === 0) end++;
  return end - symbol;
};

const bitsWithOrder = (frequencies: Uint32Array, last: number, order: number): number => {
  let bits = gammaBits(last + 2) + orderBits;
  for (let i = 0; i <= last; i++) {
    bits += gammaBits((frequencies[i] >>> order) + 1) + order;
    if (frequencies[i] > 0) continue;
    const zeros = zerosFrom(frequencies, i);
    bits += gammaBits(zeros);
    i += zeros - 1;
  }
  return bits;
};

/** @returns the order with the shortest table, and its bits */
export const tableCost = (frequencies: Uint32Array): { order: number; bits: number } => {
  const last = lastSymbol(frequencies);
  let order = 0;
  let bits = bitsWithOrder(frequencies, last, 0);
  for (let next = 1; next < 2 ** orderBits; next++) {
    const nextBits = bitsWithOrder(frequencies, last, next);
    if (nextBits >= bits) break;
    bits = nextBits;
    order = next;
  }
  return { order, bits };
};

/** Writes a table, and zeros up to a whole byte. */
export const writeTable = (frequencies: Uint32Array, writer: BitWriter): void => {
  const last = lastSymbol(frequencies);
  const { order } = tableCost(frequencies);
  writeGamma(last + 2, writer);
  writer.bits(order, orderBits);
  for (let i = 0; i <= last; i++) {
    writeGamma((frequencies[i] >>> order) + 1, writer);
    writer.bits(frequencies[i] & (2 ** order - 1), order);
    if (frequencies[i] > 0) continue;
    const zeros = zerosFrom(frequencies, i);
    writeGamma(zeros, writer);
    i += zeros - 1;
  }
  writer.align();
};

/** @throws CodedError `codec/bad-stream`, `codec/truncated` */
export const readTable = (reader: BitReader, alphabet: number, precision: number): Uint32Array => {
  const count = readGamma(reader) - 1;
  if (count > alphabet) malformed('codec/bad-stream', `A table of ${count} symbols for an alphabet of ${alphabet}.`);
  const order = reader.bits(orderBits);
  const frequencies = new Uint32Array(alphabet);
  let sum = 0;
  for (let i = 0; i < count && sum <= 2 ** precision; i++) {
    const frequency = (readGamma(reader) - 1) * 2 ** order + reader.bits(order);
    if (frequency === 0) i += readGamma(reader) - 1;
    else frequencies[i] = frequency;
    sum += frequency;
  }
  reader.align();
  if (sum !== 2 ** precision) malformed('codec/bad-stream', `The frequencies sum to ${sum}, not to 2^${precision}.`);
  return frequencies;
};
