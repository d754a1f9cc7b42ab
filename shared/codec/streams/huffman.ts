import { bitsAt, BitWriter, type BitReader } from '../../util/bits.js';
import { histogram } from '../entropy.js';
import { readGamma, writeGamma } from './elias.js';
import { canonicalWords, huffmanLengths, kraftSum, longestWord } from './huffman-lengths.js';
import { malformed } from './malformed.js';
import type { SymbolCode } from './stream.js';

/** Larger alphabets have tables that outweigh the gain. */
const largestAlphabet = 4096;

/** Four bits a length; after a zero the number of zeros in a row. */
const writeTable = (lengths: Uint8Array, writer: BitWriter): void => {
  for (let symbol = 0; symbol < lengths.length;) {
    writer.bits(lengths[symbol], 4);
    if (lengths[symbol++] !== 0) continue;
    let run = 1;
    while (symbol < lengths.length && lengths[symbol] === 0) {
      run++;
      symbol++;
    }
    writeGamma(run, writer);
  }
  writer.align();
};

const readTable = (reader: BitReader, alphabet: number): Uint8Array => {
  const lengths = new Uint8Array(alphabet);
  for (let symbol = 0; symbol < alphabet;) {
    const length = reader.bits(4);
    if (length > 0) {
      lengths[symbol++] = length;
      continue;
    }
    symbol += readGamma(reader);
    if (symbol > alphabet) malformed('codec/bad-stream', 'A Huffman table goes past the end of its alphabet.');
  }
  reader.align();
  return lengths;
};

/** Word length and symbol for each bit string of the longest word's length; refuses tables that are no complete code. */
const decodingTable = (lengths: Uint8Array): { depth: number; entries: Uint32Array } => {
  const depth = lengths.reduce((longest, length) => Math.max(longest, length), 0);
  const single = lengths.filter((length) => length > 0).length === 1 && depth === 1;
  if (!single && kraftSum(lengths) !== 1) malformed('codec/bad-stream', 'A Huffman table is no complete prefix code.');
  const words = canonicalWords(lengths);
  const entries = new Uint32Array(1 << depth);
  for (let symbol = 0; symbol < lengths.length; symbol++) {
    const length = lengths[symbol];
    if (length === 0) continue;
    const first = words[symbol] << (depth - length);
    entries.fill((symbol << 4) | length, first, first + (1 << (depth - length)));
  }
  return { depth, entries };
};

const read = (reader: BitReader, count: number, alphabet: number): Uint16Array => {
  const { depth, entries } = decodingTable(readTable(reader, alphabet));
  reader.requireBits(count);
  const bytes = reader.padded;
  const symbols = new Uint16Array(count);
  const shift = 32 - depth;
  let at = reader.bitPosition;
  for (let i = 0; i < count; i++) {
    const entry = entries[bitsAt(bytes, at) >>> shift];
    if (entry === 0) malformed('codec/bad-stream', 'A code word that is in no Huffman table.');
    at += entry & longestWord;
    symbols[i] = entry >>> 4;
  }
  reader.bitPosition = at;
  reader.align();
  return symbols;
};

/** Canonical Huffman code; the table of word lengths goes first. */
export const huffman: SymbolCode = {
  tag: 1,
  name: 'huffman',
  prepare: (symbols, alphabet) => {
    if (alphabet > largestAlphabet) return null;
    const counts = histogram(symbols, alphabet);
    const lengths = huffmanLengths(counts);
    const table = new BitWriter();
    writeTable(lengths, table);
    const tableBytes = table.finish();
    const bits = counts.reduce((sum, occurrences, symbol) => sum + occurrences * lengths[symbol], 0);
    return {
      bytes: tableBytes.length + Math.ceil(bits / 8),
      parameter: 0,
      write: (writer) => {
        writer.bytes(tableBytes);
        const words = canonicalWords(lengths);
        for (let i = 0; i < symbols.length; i++) writer.bits(words[symbols[i]], lengths[symbols[i]]);
        writer.align();
        return tableBytes.length;
      },
    };
  },
  read: (reader, count, alphabet) => {
    if (alphabet > largestAlphabet) malformed('codec/bad-stream', 'A Huffman code of an alphabet that is too large.');
    return read(reader, count, alphabet);
  },
};
