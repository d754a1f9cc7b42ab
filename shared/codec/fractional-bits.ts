import { BitReader, BitWriter } from '../util/bits.js';
import type { RandomStream } from '../util/random.js';

/*
 * A fractional number of bits a coordinate: with b = ⌊b⌋ + f, a coordinate has ⌊b⌋ bits, or with probability f one more, as both
 * sides draw it from the key (EDEN, Vargaftik et al. 2022). This is part of the payload format.
 *
 * A coordinate's cell says how it is rounded: cells 0 … 2^⌊b⌋ − 1 are the codes of ⌊b⌋ bits, the 2^(⌊b⌋ + 1) that follow are those of one
 * bit more. Without a bit there is one cell, and nothing is sent of it.
 *
 * Whole b: a symbol is a coordinate's code. Below 1: a symbol is the bit of a coordinate that has one. Else the codes are written
 * one after the other as bits, most significant first, and cut into symbols of 8 bits; zeros fill the last.
 */

export interface BitBudget {
  /** ⌊b⌋, 0 to 8. */
  readonly whole: number;
  /** f in units of 2^−16, 0 to 65535. */
  readonly part: number;
}

/** @param bits a coordinate, at least 2^−16 */
export const budgetOf = (bits: number): BitBudget => {
  const units = Math.round(bits * 65536);
  return { whole: Math.floor(units / 65536), part: units % 65536 };
};

/** A piece has at least so many coordinates with a bit, its first ones: a scale from fewer would be a matter of luck. */
const leastSent = 8;

const chunk = 4096;

/**
 * Which coordinates have one bit more. Every 32-bit word of the stream serves two coordinates, its low half first: a half below f
 * says yes. Without whole bits, so do the first 8 of each piece.
 * @returns 1 or 0 for each coordinate; null where b is whole
 */
export const drawExtra = (
  random: RandomStream,
  { whole, part }: BitBudget,
  pieces: readonly number[],
): Uint8Array | null => {
  if (part === 0) return null;
  const length = pieces.reduce((sum, piece) => sum + piece, 0);
  const extra = new Uint8Array(length);
  const words = new Uint32Array(Math.min(chunk, Math.ceil(length / 2)));
  for (let start = 0; start < length; start += 2 * chunk) {
    const end = Math.min(length, start + 2 * chunk);
    random.fill(words.subarray(0, Math.ceil((end - start) / 2)));
    for (let i = start; i < end; i++) {
      const half = (words[(i - start) >>> 1] >>> (((i - start) & 1) * 16)) & 0xffff;
      // The sign bit of the difference.
      extra[i] = (half - part) >>> 31;
    }
  }
  if (whole > 0) return extra;
  let at = 0;
  for (const piece of pieces) {
    extra.fill(1, at, at + Math.min(piece, leastSent));
    at += piece;
  }
  return extra;
};

const countOf = (extra: Uint8Array): number => {
  let count = 0;
  for (let i = 0; i < extra.length; i++) count += extra[i];
  return count;
};

/** Number of symbols, and of different ones. */
export const symbolsFor = (
  { whole }: BitBudget,
  length: number,
  extra: Uint8Array | null,
): { count: number; alphabet: number } => {
  if (extra === null) return { count: length, alphabet: 2 ** whole };
  if (whole === 0) return { count: countOf(extra), alphabet: 2 };
  return { count: Math.ceil((whole * length + countOf(extra)) / 8), alphabet: 256 };
};

/** The most symbols that {@link symbolsFor} gives, whatever is drawn. */
export const mostSymbols = ({ whole, part }: BitBudget, length: number): { count: number; alphabet: number } => {
  if (part === 0) return { count: length, alphabet: 2 ** whole };
  return whole === 0 ? { count: length, alphabet: 2 } : { count: Math.ceil(((whole + 1) * length) / 8), alphabet: 256 };
};

const packBits = (cells: Uint16Array, extra: Uint8Array, whole: number): Uint16Array => {
  const writer = new BitWriter(Math.ceil(((whole + 1) * cells.length) / 8));
  const first = 2 ** whole;
  for (let i = 0; i < cells.length; i++) writer.bits(cells[i] - extra[i] * first, whole + extra[i]);
  return Uint16Array.from(writer.finish());
};

const unpackBits = (symbols: Uint16Array, extra: Uint8Array, whole: number): Uint16Array => {
  const reader = new BitReader(Uint8Array.from(symbols));
  const first = 2 ** whole;
  const cells = new Uint16Array(extra.length);
  for (let i = 0; i < cells.length; i++) cells[i] = reader.bits(whole + extra[i]) + extra[i] * first;
  reader.end();
  return cells;
};

/** Symbols of all coordinates' cells. */
export const packCells = (cells: Uint16Array, extra: Uint8Array | null, { whole }: BitBudget): Uint16Array => {
  if (extra === null) return cells;
  if (whole > 0) return packBits(cells, extra, whole);
  const symbols = new Uint16Array(countOf(extra));
  for (let i = 0, at = 0; at < symbols.length; i++) if (extra[i] === 1) symbols[at++] = cells[i] - 1;
  return symbols;
};

/** Takes {@link packCells} back. @throws CodedError `codec/bad-stream` */
export const unpackCells = (symbols: Uint16Array, extra: Uint8Array | null, { whole }: BitBudget): Uint16Array => {
  if (extra === null) return symbols;
  if (whole > 0) return unpackBits(symbols, extra, whole);
  const cells = new Uint16Array(extra.length);
  for (let i = 0, at = 0; at < symbols.length; i++) if (extra[i] === 1) cells[i] = symbols[at++] + 1;
  return cells;
};
