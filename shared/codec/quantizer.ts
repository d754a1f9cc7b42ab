import type { BitReader, BitWriter } from '../util/bits.js';
import type { Restore, Transform, Unit } from './stage-interface.js';
import { floatsOf } from './sparsifier.js';
import type { Floats, Shape, Symbols, Value } from './value.js';

/**
 * A quantizer in terms of its numbers alone; where they stand is kept by {@link quantizerTransform}. `Scales` is what
 * both sides need to turn symbols back into floats.
 */
export interface Quantizer<Scales> {
  /** Number of symbols, at most 65536; with null for the scales the most that there can be. */
  alphabet(shape: Shape, scales: Scales | null): number;
  /** Bytes of the scales of a shape's values, at most. `extents` are the unit's. */
  scaleBytes(count: number, shape: Shape, extents: Unit['extents']): number;
  /** Writes the scales. `lost` is ‖x−x̂‖², where it is known without restoring. */
  quantize(
    values: Float32Array,
    shape: Shape,
    side: BitWriter,
    unit: Unit,
  ): { readonly symbols: Uint16Array; readonly scales: Scales; readonly lost?: number | undefined };
  /** @throws CodedError `codec/bad-scale` */
  readScales(count: number, side: BitReader, shape: Shape, unit: Unit): Scales;
  /** Finite floats for symbols; scales are those of the encoder, to the bit. */
  restore(symbols: Uint16Array, scales: Scales, alphabet: number): Float32Array;
}

const symbolsOf = (value: Value): Symbols => {
  if (value.kind !== 'symbols') throw new Error('A quantizer was given floats to restore.');
  return value;
};

const symbolShape = (shape: Shape, alphabet: number): Shape => ({ ...shape, kind: 'symbols', alphabet });

export const quantizerTransform = <Scales>(quantizer: Quantizer<Scales>): Transform => {
  const restoreWith =
    (scales: Scales): Restore =>
    (value) => {
      const { symbols, alphabet, ...shape } = symbolsOf(value);
      const values = quantizer.restore(symbols, scales, alphabet);
      const kind = shape.support === 'all' ? 'dense' : 'sparse';
      return { ...shape, kind, alphabet: 0, values } as Floats;
    };
  return {
    bound: (shape, extents) => ({
      shape: symbolShape(shape, quantizer.alphabet(shape, null)),
      sideBytes: quantizer.scaleBytes(shape.count, shape, extents),
    }),
    encode: (value, side, unit) => {
      const { symbols, scales, lost } = quantizer.quantize(floatsOf(value), value, side, unit);
      const { values: _, ...shape } = value as Floats;
      const coded = { ...symbolShape(shape, quantizer.alphabet(value, scales)), symbols } as Symbols;
      return { value: coded, restore: restoreWith(scales), lost };
    },
    open: (shape, side, unit) => {
      const scales = quantizer.readScales(shape.count, side, shape, unit);
      return { shape: symbolShape(shape, quantizer.alphabet(shape, scales)), restore: restoreWith(scales) };
    },
  };
};
