import type { BitReader, BitWriter } from '../../util/bits.js';
import { histogram } from '../entropy.js';
import { malformed } from './malformed.js';
import { bestTable, mostPrecision, readRans, writeRans } from './rans.js';
import type { FrequencyTable } from './frequency-table.js';
import type { Prepared, SymbolCode } from './stream.js';

/*
 * Frequencies are multiples of 2^−15, so those of rare symbols are rough, and at least that much. Where many symbols are
 * rare, one more symbol, an escape, stands for all of them, and which they are follows as a stream of its own, after a
 * byte with its precision. The parameter is the precision of the frequencies in bits, plus 16 with an escape.
 */
const escaped = 16;

/** Below eight times the smallest frequency, where rounding can cost more than a tenth of a bit. */
const isRare = (count: number, total: number): boolean => count > 0 && count * 2 ** (mostPrecision - 3) < total;

const plain = (symbols: Uint16Array, counts: Uint32Array): Prepared | null => {
  const best = bestTable(counts, symbols.length);
  if (best === null) return null;
  return {
    bytes: best.bytes,
    parameter: best.table.precision,
    write: (writer) => writeRans(symbols, best.table, writer),
  };
};

interface Tables {
  readonly common: FrequencyTable;
  readonly rare: FrequencyTable;
}

const writeEscaped = (symbols: Uint16Array, counts: Uint32Array, tables: Tables, writer: BitWriter): number => {
  const escape = counts.length;
  const codeOf = Uint16Array.from(counts, (count, symbol) => (isRare(count, symbols.length) ? escape : symbol));
  const common = new Uint16Array(symbols.length);
  const rare: number[] = [];
  for (let i = 0; i < symbols.length; i++) {
    const code = codeOf[symbols[i]];
    common[i] = code;
    if (code === escape) rare.push(symbols[i]);
  }
  const overhead = writeRans(common, tables.common, writer);
  writer.uint8(tables.rare.precision);
  return overhead + 1 + writeRans(Uint16Array.from(rare), tables.rare, writer);
};

/** Null where no symbol is rare, or where an escape makes nothing smaller. */
const withEscape = (symbols: Uint16Array, counts: Uint32Array, limit: number): Prepared | null => {
  const total = symbols.length;
  const rare = counts.map((count) => (isRare(count, total) ? count : 0));
  const escapes = rare.reduce((sum, count) => sum + count, 0);
  if (escapes === 0 || counts.length === 65536) return null;
  const common = new Uint32Array(counts.length + 1);
  for (let symbol = 0; symbol < counts.length; symbol++) common[symbol] = counts[symbol] - rare[symbol];
  common[counts.length] = escapes;
  const first = bestTable(common, total);
  const second = bestTable(rare, escapes);
  if (first === null || second === null || first.bytes + 1 + second.bytes >= limit) return null;
  return {
    bytes: first.bytes + 1 + second.bytes,
    parameter: first.table.precision + escaped,
    write: (writer) => writeEscaped(symbols, counts, { common: first.table, rare: second.table }, writer),
  };
};

const readEscaped = (reader: BitReader, count: number, alphabet: number, precision: number): Uint16Array => {
  if (alphabet >= 65536) malformed('codec/bad-stream', `An escape in an alphabet of ${alphabet}.`);
  const symbols = readRans(reader, count, alphabet + 1, precision);
  let escapes = 0;
  for (let i = 0; i < count; i++) if (symbols[i] === alphabet) escapes++;
  const rare = readRans(reader, escapes, alphabet, reader.uint8());
  for (let i = 0, at = 0; i < count; i++) if (symbols[i] === alphabet) symbols[i] = rare[at++];
  return symbols;
};

/** Symbols by range ANS with static frequencies. */
export const ransSymbols: SymbolCode = {
  tag: 5,
  name: 'rans',
  prepare: (symbols, alphabet) => {
    const counts = histogram(symbols, alphabet);
    const one = plain(symbols, counts);
    return withEscape(symbols, counts, one?.bytes ?? Infinity) ?? one;
  },
  read: (reader, count, alphabet, parameter) =>
    parameter < escaped
      ? readRans(reader, count, alphabet, parameter)
      : readEscaped(reader, count, alphabet, parameter - escaped),
};
