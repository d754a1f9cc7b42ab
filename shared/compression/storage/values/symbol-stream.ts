import { readSymbols } from '../../../codec/streams/coded-streams.js';
import { huffman } from '../../../codec/streams/huffman.js';
import { mapSymbols } from '../../../codec/streams/map-symbols.js';
import { ransSymbols } from '../../../codec/streams/rans-symbols.js';
import { rawBytes, writeRawSymbols } from '../../../codec/streams/raw.js';
import type { BitReader, BitWriter } from '../../../util/bits.js';

/*
 * Symbols as they stand in a payload that an entropy stage serves: a byte that names the code, 0 for none, then its stream.
 */
const codes = [huffman, ransSymbols, mapSymbols];

/** The smallest stream of symbols, by count. */
export interface SymbolStream {
  readonly bytes: number;
  write(writer: BitWriter): void;
}

/** @param symbols at least one, each below `alphabet` */
export const prepareSymbols = (symbols: Uint16Array, alphabet: number): SymbolStream => {
  let best: SymbolStream = {
    bytes: 1 + rawBytes(symbols.length, alphabet),
    write: (writer) => {
      writer.uint8(0);
      writeRawSymbols(symbols, alphabet, writer);
    },
  };
  for (const { prepare, tag } of codes) {
    const prepared = prepare(symbols, alphabet);
    if (prepared === null || prepared.bytes + 1 >= best.bytes) continue;
    best = {
      bytes: prepared.bytes + 1,
      write: (writer) => {
        writer.uint8(tag * 32 + prepared.parameter);
        prepared.write(writer);
      },
    };
  }
  return best;
};

/** @throws CodedError `codec/…` */
export const readSymbolStream = (reader: BitReader, count: number, alphabet: number): Uint16Array =>
  readSymbols(reader, count, alphabet, codes);
