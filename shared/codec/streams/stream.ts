import type { BitReader, BitWriter } from '../../util/bits.js';

/** A stream that a code can write, with its size known or well estimated beforehand. */
export interface Prepared {
  /** Bytes that it will take, tables included. */
  readonly bytes: number;
  /** 0 to 31, sent beside the code's tag. */
  readonly parameter: number;
  /** @returns the bytes of tables and lengths in what was written, which are no values */
  write(writer: BitWriter): number;
}

interface StreamCode {
  /** Names the code in payloads, 1 to 7; 0 is raw. */
  readonly tag: number;
  readonly name: string;
}

/** A code for ascending positions below a length. There is at least one position. */
export interface PositionCode extends StreamCode {
  /** @returns null where the code is not worth a try */
  prepare(positions: Uint32Array, length: number): Prepared | null;
  /** @returns `count` positions, ascending and below `length` @throws CodedError `codec/…` */
  read(reader: BitReader, count: number, length: number, parameter: number): Uint32Array;
}

/** A code for symbols below an alphabet's size. There is at least one symbol. */
export interface SymbolCode extends StreamCode {
  /** @returns null where the code can't serve the alphabet */
  prepare(symbols: Uint16Array, alphabet: number): Prepared | null;
  /** @returns `count` symbols below `alphabet` @throws CodedError `codec/…` */
  read(reader: BitReader, count: number, alphabet: number, parameter: number): Uint16Array;
}
