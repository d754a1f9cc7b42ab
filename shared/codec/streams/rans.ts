import type { BitReader, BitWriter } from '../../util/bits.js';
import { malformed } from './malformed.js';

/*
 * Asymmetric numeral systems with static frequencies (Duda 2013), the range variant: two states that take turns, even and
 * odd symbols, each between 2^16 and 2^32, which give and take 16 bits at a time.
 *
 * A stream: the table, at whole bytes; the number of words, a varint; the states of the even and the odd symbols, four
 * bytes each; the words in the order in which a decoder takes them, two bytes each. All little-endian.
 */

/** States are at least this. */
const least = 2 ** 16;

export const leastPrecision = 8;
export const mostPrecision = 15;

/** Frequencies of symbols, which sum to 2^precision; 0 for symbols that don't occur. */
export interface RansTable {
  readonly precision: number;
  readonly frequencies: Uint32Array;
}

/** Scales counts to a sum of 2^precision, at least 1 for what occurs; what rounding leaves goes where it costs least. */
export const normalize = (counts: Uint32Array, total: number, precision: number): Uint32Array => {
  const target = 2 ** precision;
  const frequencies = new Uint32Array(counts.length);
  let sum = 0;
  let largest = 0;
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    frequencies[i] = Math.max(1, Math.round((counts[i] / total) * target));
    sum += frequencies[i];
    if (frequencies[i] > frequencies[largest]) largest = i;
  }
  let excess = sum - target;
  if (frequencies[largest] - excess >= 1 && 2 * Math.abs(excess) < frequencies[largest]) {
    frequencies[largest] -= excess;
    return frequencies;
  }
  // Many rare symbols: take one at a time from the largest.
  while (excess > 0) {
    let from = 0;
    for (let i = 1; i < frequencies.length; i++) if (frequencies[i] > frequencies[from]) from = i;
    const taken = Math.min(excess, Math.max(1, frequencies[from] >>> 2));
    frequencies[from] -= taken;
    excess -= taken;
  }
  if (excess < 0) frequencies[largest] -= excess;
  return frequencies;
};

/** Bits of a number of at least 1 in Elias's gamma code. */
export const gammaBits = (value: number): number => 2 * (31 - Math.clz32(value)) + 1;

export const writeGamma = (value: number, writer: BitWriter): void => {
  const size = 31 - Math.clz32(value);
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

/** The table: how many symbols it names, then each frequency + 1, all in gamma code. A run of zeros is a 1 and its length. */
export const tableBits = (frequencies: Uint32Array): number => {
  let bits = 0;
  forEachEntry(frequencies, (value, run) => {
    bits += gammaBits(value + 1) + (run > 0 ? gammaBits(run) : 0);
  });
  return bits + gammaBits(lastSymbol(frequencies) + 2);
};

const lastSymbol = (frequencies: Uint32Array): number => {
  let last = frequencies.length - 1;
  while (last >= 0 && frequencies[last] === 0) last--;
  return last;
};

/** Frequencies up to the last that is not 0; a run of zeros at once. */
const forEachEntry = (frequencies: Uint32Array, entry: (value: number, run: number) => void): void => {
  const last = lastSymbol(frequencies);
  for (let i = 0; i <= last; i++) {
    if (frequencies[i] > 0) {
      entry(frequencies[i], 0);
      continue;
    }
    let run = 1;
    while (frequencies[i + run] === 0) run++;
    entry(0, run);
    i += run - 1;
  }
};

const writeTable = (frequencies: Uint32Array, writer: BitWriter): void => {
  writeGamma(lastSymbol(frequencies) + 2, writer);
  forEachEntry(frequencies, (value, run) => {
    writeGamma(value + 1, writer);
    if (run > 0) writeGamma(run, writer);
  });
  writer.align();
};

/** @throws CodedError `codec/bad-stream` */
const readTable = (reader: BitReader, alphabet: number, precision: number): Uint32Array => {
  const count = readGamma(reader) - 1;
  if (count > alphabet) malformed('codec/bad-stream', `A table of ${count} symbols for an alphabet of ${alphabet}.`);
  const frequencies = new Uint32Array(alphabet);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const value = readGamma(reader) - 1;
    if (value === 0) {
      i += readGamma(reader) - 1;
      continue;
    }
    frequencies[i] = value;
    sum += value;
    if (sum > 2 ** precision) break;
  }
  reader.align();
  if (sum !== 2 ** precision) malformed('codec/bad-stream', `The frequencies sum to ${sum}, not to 2^${precision}.`);
  return frequencies;
};

const cumulate = (frequencies: Uint32Array): Uint32Array => {
  const starts = new Uint32Array(frequencies.length);
  for (let i = 1; i < frequencies.length; i++) starts[i] = starts[i - 1] + frequencies[i - 1];
  return starts;
};

/** Writes symbols that all have a frequency. @returns the bytes of table, states and lengths */
export const writeRans = (symbols: Uint16Array, { precision, frequencies }: RansTable, writer: BitWriter): number => {
  const begin = writer.length;
  writeTable(frequencies, writer);
  const starts = cumulate(frequencies);
  const words = new Uint16Array(symbols.length + 4);
  let at = words.length;
  const scale = 2 ** precision;
  const room = 2 ** (32 - precision);
  let even = least;
  let odd = least;
  for (let i = symbols.length - 1; i >= 0; i--) {
    const symbol = symbols[i];
    const frequency = frequencies[symbol];
    let state = i & 1 ? odd : even;
    if (state >= frequency * room) {
      words[--at] = state;
      state = Math.floor(state / 65536);
    }
    const quotient = Math.floor(state / frequency);
    state = quotient * scale + (state - quotient * frequency) + starts[symbol];
    if (i & 1) odd = state;
    else even = state;
  }
  writer.varint(words.length - at);
  writer.uint32(even);
  writer.uint32(odd);
  const overhead = writer.length - begin;
  writer.uint16s(words.subarray(at));
  return overhead;
};

/** @returns `count` symbols @throws CodedError `codec/…` */
export const readRans = (reader: BitReader, count: number, alphabet: number, precision: number): Uint16Array => {
  if (precision < leastPrecision || precision > mostPrecision) {
    malformed('codec/bad-stream', `A precision of ${precision} bits is not known.`);
  }
  const frequencies = readTable(reader, alphabet, precision);
  const starts = cumulate(frequencies);
  const owner = new Uint16Array(2 ** precision);
  for (let symbol = 0; symbol < alphabet; symbol++) {
    owner.fill(symbol, starts[symbol], starts[symbol] + frequencies[symbol]);
  }
  const length = reader.varint();
  let even = reader.uint32();
  let odd = reader.uint32();
  if (length > count + 4 || even < least || odd < least) malformed('codec/bad-stream', 'A stream begins out of range.');
  const words = reader.uint16s(length);
  let at = 0;
  const mask = 2 ** precision - 1;
  const symbols = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    let state = i & 1 ? odd : even;
    const slot = state & mask;
    const symbol = owner[slot];
    symbols[i] = symbol;
    state = (Math.imul(frequencies[symbol], state >>> precision) + slot - starts[symbol]) >>> 0;
    if (state < least) {
      if (at === length) malformed('codec/truncated', 'A stream has too few words.');
      state = state * 65536 + words[at++];
    }
    if (i & 1) odd = state;
    else even = state;
  }
  if (at !== length || even !== least || odd !== least)
    malformed('codec/bad-stream', 'A stream does not end where it should.');
  return symbols;
};

/** The precision with the smallest stream, by count, and its size in bytes. */
export const bestTable = (counts: Uint32Array, total: number): { table: RansTable; bytes: number } | null => {
  let best: { table: RansTable; bytes: number } | null = null;
  const used = counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
  for (const precision of [8, 10, 12, mostPrecision]) {
    if (used > 2 ** precision / 2) continue;
    const frequencies = normalize(counts, total, precision);
    let bits = tableBits(frequencies);
    for (let symbol = 0; symbol < counts.length; symbol++) {
      if (counts[symbol] > 0) bits += counts[symbol] * (precision - Math.log2(frequencies[symbol]));
    }
    // The two states, the number of words, and what whole words and bytes round up.
    const bytes = Math.ceil(bits / 8) + 18;
    if (best === null || bytes < best.bytes) best = { table: { precision, frequencies }, bytes };
  }
  return best;
};
