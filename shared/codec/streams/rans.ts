import type { BitReader, BitWriter } from '../../util/bits.js';
import { readTable, tableCost, writeTable, normalize, type FrequencyTable } from './frequency-table.js';
import { malformed } from './malformed.js';

/*
 * Asymmetric numeral systems with static frequencies (Duda 2013), the range variant: two states that take turns, even and
 * odd symbols, each from 2^15 to 2^31 − 1, which give and take 16 bits at a time.
 *
 * A stream: the table, at whole bytes; the number of words, a varint; the states of the even and the odd symbols, four
 * bytes each; the words in the order in which a decoder takes them, two bytes each. All little-endian.
 */

/** States are at least this, and below 2^16 times as much: machines multiply them as integers. */
export const leastState = 2 ** 15;

export const leastPrecision = 8;
export const mostPrecision = 15;

/** Bytes that states, the number of words and the rounding to words and bytes take at most. */
const fixedBytes = 16;

/**
 * Slightly more than 1 / frequency, so that ⌊state · reciprocal⌋ is ⌊state / frequency⌋ for every state: quotients are
 * whole or at least 2^−15 below a whole number, and rounding moves them by less than 2^−17.
 */
export const reciprocal = (frequency: number): number => (1 + 2 ** -50) / frequency;

/** Frequency and start of each symbol, next to each other: large alphabets don't fit the nearest cache. */
const intervalsOf = (frequencies: Uint32Array): Int32Array => {
  const intervals = new Int32Array(2 * frequencies.length);
  let start = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    intervals[2 * symbol] = frequencies[symbol];
    intervals[2 * symbol + 1] = start;
    start += frequencies[symbol];
  }
  return intervals;
};

/** Writes the number of words, both states and the words. @returns the bytes of number and states */
export const writeStates = (even: number, odd: number, words: Uint16Array, writer: BitWriter): number => {
  const begin = writer.length;
  writer.varint(words.length);
  writer.uint32(even);
  writer.uint32(odd);
  const overhead = writer.length - begin;
  writer.uint16s(words);
  return overhead;
};

/** @param most the most words there can be @throws CodedError `codec/bad-stream`, `codec/truncated` */
export const readStates = (reader: BitReader, most: number): { even: number; odd: number; words: Uint16Array } => {
  const length = reader.varint();
  const even = reader.uint32();
  const odd = reader.uint32();
  const isState = (state: number): boolean => state >= leastState && state < 2 ** 31;
  if (length > most || !isState(even) || !isState(odd)) {
    malformed('codec/bad-stream', 'A stream begins out of range.');
  }
  return { even, odd, words: reader.uint16s(length) };
};

/** Refuses a stream that ended elsewhere than where an encoder begins. */
export const checkEnd = (even: number, odd: number, taken: number, words: number): void => {
  if (taken > words) malformed('codec/truncated', 'A stream has too few words.');
  if (taken < words || even !== leastState || odd !== leastState) {
    malformed('codec/bad-stream', 'A stream does not end where it should.');
  }
};

/** Writes symbols that all have a frequency. @returns the bytes of table, states and lengths */
export const writeRans = (
  symbols: Uint16Array,
  { precision, frequencies }: FrequencyTable,
  writer: BitWriter,
): number => {
  const begin = writer.length;
  writeTable(frequencies, writer);
  const tableBytes = writer.length - begin;
  const intervals = intervalsOf(frequencies);
  const reciprocals = Float64Array.from(frequencies, reciprocal);
  const scale = 2 ** precision;
  const shift = 31 - precision;
  const words = new Uint16Array(symbols.length + 2);
  let at = words.length;
  let even = leastState;
  let odd = leastState;
  let i = symbols.length;
  if ((i & 1) === 1) {
    // The last symbol of an odd number is one of the even ones.
    const symbol = symbols[--i];
    const quotient = Math.trunc(even * reciprocals[symbol]);
    even += quotient * (scale - intervals[2 * symbol]) + intervals[2 * symbol + 1];
  }
  while (i > 0) {
    const second = symbols[--i];
    const secondFrequency = intervals[2 * second];
    if (odd >>> shift >= secondFrequency) {
      words[--at] = odd;
      odd >>>= 16;
    }
    const secondQuotient = (odd * reciprocals[second]) | 0;
    odd = (Math.imul(secondQuotient, scale - secondFrequency) + odd + intervals[2 * second + 1]) | 0;
    const first = symbols[--i];
    const firstFrequency = intervals[2 * first];
    if (even >>> shift >= firstFrequency) {
      words[--at] = even;
      even >>>= 16;
    }
    const firstQuotient = (even * reciprocals[first]) | 0;
    even = (Math.imul(firstQuotient, scale - firstFrequency) + even + intervals[2 * first + 1]) | 0;
  }
  return tableBytes + writeStates(even, odd, words.subarray(at), writer);
};

/** The symbol of each slot. */
const ownersOf = (frequencies: Uint32Array, precision: number): Uint16Array => {
  const owners = new Uint16Array(2 ** precision);
  let start = 0;
  for (let symbol = 0; symbol < frequencies.length; symbol++) {
    owners.fill(symbol, start, start + frequencies[symbol]);
    start += frequencies[symbol];
  }
  return owners;
};

/** @returns `count` symbols @throws CodedError `codec/…` */
export const readRans = (reader: BitReader, count: number, alphabet: number, precision: number): Uint16Array => {
  if (precision < leastPrecision || precision > mostPrecision) {
    malformed('codec/bad-stream', `A precision of ${precision} bits is not known.`);
  }
  const frequencies = readTable(reader, alphabet, precision);
  const intervals = intervalsOf(frequencies);
  const owners = ownersOf(frequencies, precision);
  const begin = readStates(reader, count + 2);
  const { words } = begin;
  const mask = 2 ** precision - 1;
  const symbols = new Uint16Array(count);
  let { even, odd } = begin;
  let at = 0;
  const pairs = count & ~1;
  for (let i = 0; i < pairs; i += 2) {
    const first = owners[even & mask];
    symbols[i] = first;
    even = Math.imul(intervals[2 * first], even >>> precision) + (even & mask) - intervals[2 * first + 1];
    if (even < leastState) even = (even << 16) | words[at++];
    const second = owners[odd & mask];
    symbols[i + 1] = second;
    odd = Math.imul(intervals[2 * second], odd >>> precision) + (odd & mask) - intervals[2 * second + 1];
    if (odd < leastState) odd = (odd << 16) | words[at++];
  }
  if (pairs < count) {
    const last = owners[even & mask];
    symbols[pairs] = last;
    even = Math.imul(intervals[2 * last], even >>> precision) + (even & mask) - intervals[2 * last + 1];
    if (even < leastState) even = (even << 16) | words[at++];
  }
  checkEnd(even, odd, at, words.length);
  return symbols;
};

/** The precision with the smallest stream, by count, and its size in bytes; null where there are too many symbols. */
export const bestTable = (counts: Uint32Array, total: number): { table: FrequencyTable; bytes: number } | null => {
  const used: number[] = [];
  for (let symbol = 0; symbol < counts.length; symbol++) if (counts[symbol] > 0) used.push(symbol);
  let best: { table: FrequencyTable; bytes: number } | null = null;
  for (const precision of [leastPrecision, 10, 12, mostPrecision]) {
    if (2 * used.length > 2 ** precision) continue;
    const frequencies = normalize(counts, total, precision);
    let bits = tableCost(frequencies).bits + total * precision;
    for (const symbol of used) bits -= counts[symbol] * Math.log2(frequencies[symbol]);
    const bytes = Math.ceil(bits / 8) + fixedBytes;
    if (best === null || bytes < best.bytes) best = { table: { precision, frequencies }, bytes };
  }
  return best;
};
