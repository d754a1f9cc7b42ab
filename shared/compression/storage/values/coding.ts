import type { Prepared } from '../../../codec/streams/stream.js';
import type { BitReader } from '../../../util/bits.js';
import type { PlugIn } from '../../../util/registry.js';
import type { Grid } from '../../model.js';

/** What a coding of values knows of them beside the values. */
export interface ValuePlaces {
  /** Where each stands in its tensor, ascending. */
  readonly positions: Uint32Array;
  /** Null where the tensor is not quantized. */
  readonly grid: Grid | null;
}

/** A way to store the values of a tensor, to the bit. */
export interface ValueCoding extends PlugIn {
  /** Names the coding in files, 0 to 7; never changes. */
  readonly code: number;
  /**
   * Counts what the values take.
   * @param values at least one, no −0
   * @returns null where the values can't be stored so
   */
  prepare(values: Float32Array, places: ValuePlaces): Prepared | null;
  /** @throws CodedError `codec/…` */
  read(reader: BitReader, places: ValuePlaces, parameter: number): Float32Array;
}
