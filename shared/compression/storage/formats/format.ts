import type { BitReader } from '../../../util/bits.js';
import type { PlugIn } from '../../../util/registry.js';
import type { Prepared } from '../../../codec/streams/stream.js';

/** A tensor as a matrix, row by row: columns are its output channels. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
}

/** A way to store where the numbers of a tensor stand that are not 0. */
export interface StorageFormat extends PlugIn {
  /** Names the format in files; never changes. */
  readonly code: number;
  /** Whether every number is stored, so that no place needs to be said, or only those that are not 0. */
  readonly keeps: 'all' | 'nonzero';
  readonly paper: string;
  /**
   * Counts what the places take.
   * @param positions ascending, at least one
   * @returns null where the format is not worth a try
   */
  prepare(positions: Uint32Array, matrix: Matrix): Prepared | null;
  /** @returns `count` ascending positions @throws CodedError `codec/…` */
  read(reader: BitReader, count: number, matrix: Matrix, parameter: number): Uint32Array;
}
