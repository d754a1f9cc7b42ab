import { malformed } from './malformed.js';

/*
 * Symbols of b bits each, one after the other, the most significant bit first, and zeros up to a whole byte. Dense
 * vectors have millions: sizes that divide a byte have loops of their own, and of other sizes below a byte eight symbols
 * are taken at once.
 */

/** Whole bytes of two symbols. @returns the symbols packed */
const packNibbles = (symbols: Uint16Array, bytes: Uint8Array): number => {
  const whole = symbols.length >>> 1;
  for (let i = 0; i < whole; i++) bytes[i] = (symbols[2 * i] << 4) | symbols[2 * i + 1];
  return 2 * whole;
};

const packPairs = (symbols: Uint16Array, bytes: Uint8Array): number => {
  const whole = symbols.length >>> 2;
  for (let i = 0, at = 0; i < whole; i++, at += 4) {
    bytes[i] = (symbols[at] << 6) | (symbols[at + 1] << 4) | (symbols[at + 2] << 2) | symbols[at + 3];
  }
  return 4 * whole;
};

const packSingles = (symbols: Uint16Array, bytes: Uint8Array): number => {
  const whole = symbols.length >>> 3;
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    bytes[i] =
      (symbols[at] << 7) |
      (symbols[at + 1] << 6) |
      (symbols[at + 2] << 5) |
      (symbols[at + 3] << 4) |
      (symbols[at + 4] << 3) |
      (symbols[at + 5] << 2) |
      (symbols[at + 6] << 1) |
      symbols[at + 7];
  }
  return 8 * whole;
};

/** Sizes below a byte: eight symbols are as many bytes as they have bits, in two halves that may share a byte. */
const packEights = (symbols: Uint16Array, bits: number, bytes: Uint8Array): number => {
  const whole = symbols.length & ~7;
  const half = 4 * bits;
  const shared = half & 4;
  for (let i = 0, at = 0; i < whole; i += 8) {
    const high =
      (symbols[i] << (3 * bits)) | (symbols[i + 1] << (2 * bits)) | (symbols[i + 2] << bits) | symbols[i + 3];
    const low =
      (symbols[i + 4] << (3 * bits)) | (symbols[i + 5] << (2 * bits)) | (symbols[i + 6] << bits) | symbols[i + 7];
    for (let left = half - 8; left >= 0; left -= 8) bytes[at++] = high >>> left;
    if (shared !== 0) bytes[at++] = (high << 4) | (low >>> (half - 4));
    for (let left = half - 8 - shared; left >= 0; left -= 8) bytes[at++] = low >>> left;
  }
  return whole;
};

/** Any size, from a symbol that begins at a whole byte on. */
const packRest = (symbols: Uint16Array, bits: number, bytes: Uint8Array, from: number): void => {
  let pending = 0;
  let pendingBits = 0;
  let at = (from * bits) / 8;
  for (let i = from; i < symbols.length; i++) {
    pending = (pending << bits) | symbols[i];
    pendingBits += bits;
    while (pendingBits >= 8) {
      pendingBits -= 8;
      bytes[at++] = pending >>> pendingBits;
    }
  }
  if (pendingBits > 0) bytes[at] = pending << (8 - pendingBits);
};

const packWhole = (symbols: Uint16Array, bits: number, bytes: Uint8Array): number => {
  if (bits === 1) return packSingles(symbols, bytes);
  if (bits === 2) return packPairs(symbols, bytes);
  if (bits === 4) return packNibbles(symbols, bytes);
  return bits < 8 ? packEights(symbols, bits, bytes) : 0;
};

/** @param bits 0 to 16 @param bytes all of them are written, exactly those that the symbols need */
export const packSymbols = (symbols: Uint16Array, bits: number, bytes: Uint8Array): void => {
  if (bits === 8) bytes.set(symbols);
  else packRest(symbols, bits, bytes, packWhole(symbols, bits, bytes));
};

const unpackNibbles = (bytes: Uint8Array, symbols: Uint16Array): number => {
  const whole = symbols.length >>> 1;
  for (let i = 0; i < whole; i++) {
    const byte = bytes[i];
    symbols[2 * i] = byte >>> 4;
    symbols[2 * i + 1] = byte & 15;
  }
  return 2 * whole;
};

const unpackPairs = (bytes: Uint8Array, symbols: Uint16Array): number => {
  const whole = symbols.length >>> 2;
  for (let i = 0, at = 0; i < whole; i++, at += 4) {
    const byte = bytes[i];
    symbols[at] = byte >>> 6;
    symbols[at + 1] = (byte >>> 4) & 3;
    symbols[at + 2] = (byte >>> 2) & 3;
    symbols[at + 3] = byte & 3;
  }
  return 4 * whole;
};

const unpackSingles = (bytes: Uint8Array, symbols: Uint16Array): number => {
  const whole = symbols.length >>> 3;
  for (let i = 0, at = 0; i < whole; i++, at += 8) {
    const byte = bytes[i];
    symbols[at] = byte >>> 7;
    symbols[at + 1] = (byte >>> 6) & 1;
    symbols[at + 2] = (byte >>> 5) & 1;
    symbols[at + 3] = (byte >>> 4) & 1;
    symbols[at + 4] = (byte >>> 3) & 1;
    symbols[at + 5] = (byte >>> 2) & 1;
    symbols[at + 6] = (byte >>> 1) & 1;
    symbols[at + 7] = byte & 1;
  }
  return 8 * whole;
};

const wordAt = (bytes: Uint8Array, at: number): number =>
  (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];

/** Leaves the last symbols, whose words would end behind the bytes. */
const unpackEights = (bytes: Uint8Array, bits: number, symbols: Uint16Array): number => {
  const mask = (1 << bits) - 1;
  const half = 4 * bits;
  let i = 0;
  for (let at = 0; at + 8 <= bytes.length; at += bits, i += 8) {
    const high = wordAt(bytes, at) >>> (32 - half);
    const low = (wordAt(bytes, at + (half >> 3)) << (half & 4)) >>> (32 - half);
    symbols[i] = high >>> (3 * bits);
    symbols[i + 1] = (high >>> (2 * bits)) & mask;
    symbols[i + 2] = (high >>> bits) & mask;
    symbols[i + 3] = high & mask;
    symbols[i + 4] = low >>> (3 * bits);
    symbols[i + 5] = (low >>> (2 * bits)) & mask;
    symbols[i + 6] = (low >>> bits) & mask;
    symbols[i + 7] = low & mask;
  }
  return i;
};

const unpackRest = (bytes: Uint8Array, bits: number, symbols: Uint16Array, from: number): void => {
  const mask = (1 << bits) - 1;
  let pending = 0;
  let pendingBits = 0;
  let at = (from * bits) / 8;
  for (let i = from; i < symbols.length; i++) {
    while (pendingBits < bits) {
      pending = (pending << 8) | bytes[at++];
      pendingBits += 8;
    }
    pendingBits -= bits;
    symbols[i] = (pending >>> pendingBits) & mask;
  }
  if ((pending & ((1 << pendingBits) - 1)) !== 0) malformed('codec/bad-stream', 'The padding bits are not zero.');
};

const unpackWhole = (bytes: Uint8Array, bits: number, symbols: Uint16Array): number => {
  if (bits === 1) return unpackSingles(bytes, symbols);
  if (bits === 2) return unpackPairs(bytes, symbols);
  if (bits === 4) return unpackNibbles(bytes, symbols);
  return bits < 8 ? unpackEights(bytes, bits, symbols) : 0;
};

/** @param bytes exactly those of `count` symbols @throws CodedError `codec/bad-stream` where the last bits are not zero */
export const unpackSymbols = (bytes: Uint8Array, count: number, bits: number): Uint16Array => {
  const symbols = new Uint16Array(count);
  if (bits === 8) symbols.set(bytes);
  else unpackRest(bytes, bits, symbols, unpackWhole(bytes, bits, symbols));
  return symbols;
};
