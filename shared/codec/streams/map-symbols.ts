import type { BitReader } from '../../util/bits.js';
import { histogram } from '../entropy.js';
import { turnBack, turnOver } from './column-signs.js';
import { malformed } from './malformed.js';
import { modelOf, readMap, writeMap } from './rans-map.js';
import { ransSymbols } from './rans-symbols.js';
import { findRowLength } from './row-length.js';
import { mapOf } from './significance.js';
import type { SymbolCode } from './stream.js';

/*
 * Symbols of which one is frequent: the mode, a varint; a map of where other symbols are; then, if there are any, a byte with
 * the parameter of their range ANS stream, and that. Others are turned over as column-signs.ts has it.
 */

/** Fewer symbols don't pay for the frequencies of contexts. */
const fewest = 512;

const modeOf = (counts: Uint32Array): number => {
  let mode = 0;
  for (let symbol = 1; symbol < counts.length; symbol++) if (counts[symbol] > counts[mode]) mode = symbol;
  return mode;
};

/** Symbols in two parts: where they are not the mode, and which they are there. */
interface Split {
  readonly bits: Uint8Array;
  readonly places: Uint32Array;
  readonly others: Uint16Array;
}

/** @param count how many symbols are not the mode */
const split = (symbols: Uint16Array, mode: number, count: number): Split => {
  const bits = new Uint8Array(symbols.length);
  const places = new Uint32Array(count);
  const others = new Uint16Array(count);
  for (let i = 0, at = 0; i < symbols.length; i++) {
    if (symbols[i] === mode) continue;
    bits[i] = 1;
    places[at] = i;
    others[at++] = symbols[i];
  }
  return { bits, places, others };
};

/** Where a map has ones. */
export const onesOf = (bits: Uint8Array): Uint32Array => {
  let count = 0;
  for (let i = 0; i < bits.length; i++) count += bits[i];
  const ones = new Uint32Array(count);
  for (let i = 0, at = 0; at < count; i++) if (bits[i] === 1) ones[at++] = i;
  return ones;
};

const read = (reader: BitReader, count: number, alphabet: number): Uint16Array => {
  const mode = reader.varint();
  if (mode >= alphabet) malformed('codec/bad-symbol', `The mode ${mode} in an alphabet of ${alphabet}.`);
  const { bits, rowLength } = readMap(reader, count);
  const symbols = new Uint16Array(count).fill(mode);
  const places = onesOf(bits);
  if (places.length === 0) return symbols;
  const turned = ransSymbols.read(reader, places.length, alphabet, reader.uint8());
  const others = turnBack(turned, { places, rowLength, mode, alphabet });
  for (let i = 0; i < places.length; i++) symbols[places[i]] = others[i];
  return symbols;
};

/** Symbols of which one is as frequent as all others, coded given rows and columns. */
export const mapSymbols: SymbolCode = {
  tag: 7,
  name: 'map',
  prepare: (symbols, alphabet) => {
    if (symbols.length < fewest) return null;
    const counts = histogram(symbols, alphabet);
    const mode = modeOf(counts);
    const count = symbols.length - counts[mode];
    if (2 * count > symbols.length) return null;
    const { bits, places, others } = split(symbols, mode, count);
    const rowLength = findRowLength(places, symbols.length);
    const map = mapOf(bits, rowLength);
    const model = modelOf(map, rowLength);
    const turned = turnOver(others, { places, rowLength, mode, alphabet });
    const rest = count === 0 ? null : ransSymbols.prepare(turned, alphabet);
    if (rest === null && count > 0) return null;
    return {
      bytes: 3 + model.bytes + (rest === null ? 0 : 1 + rest.bytes),
      parameter: 0,
      write: (writer) => {
        const begin = writer.length;
        writer.varint(mode);
        const head = writer.length - begin + writeMap(map, model, writer);
        if (rest === null) return head;
        writer.uint8(rest.parameter);
        return head + 1 + rest.write(writer);
      },
    };
  },
  read,
};
