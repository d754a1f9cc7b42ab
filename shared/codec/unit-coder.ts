import type { BitReader, BitWriter } from '../util/bits.js';
import { logChooseBits, symbolEntropyBits } from './entropy.js';
import type { StageChain } from './stage.js';
import type { Restore, Unit } from './stage-interface.js';
import { readPositions, readSymbols, writePositions, writeSymbols } from './streams/coded-streams.js';
import { malformed } from './streams/malformed.js';
import { rawBytes } from './streams/raw.js';
import { bitsPerValue, denseShape, denseValue, type Floats, type Shape, type Value } from './value.js';

/*
 * A unit in a payload: the side information of its stages in order, the stream of positions if they are sent, the
 * stream of values: float32 or symbols. Each begins at a whole byte.
 */

/** Whether the chain has an entropy coder at all. */
export const isEntropyCoded = ({ positions, symbols }: StageChain['codes']): boolean =>
  positions !== null || symbols !== null;

/** Sizes that add up over the units of a payload. */
export interface Tally {
  valueBytes: number;
  naiveBits: number;
  /** Counted only where something is entropy-coded. */
  entropyBits: number;
}

const restoreAll = (value: Value, restores: readonly Restore[]): Floats => {
  const last = restores.reduceRight((current, restore) => restore(current), value);
  if (last.kind === 'symbols') throw new Error('The stages end in symbols that no stage restores.');
  return last;
};

const tallyValue = (value: Value, isCoded: boolean, tally: Tally): void => {
  const { count, length, support, alphabet } = value;
  tally.naiveBits += count * (bitsPerValue(alphabet) + (support === 'explicit' ? 32 : 0));
  if (!isCoded) return;
  if (support === 'explicit') tally.entropyBits += logChooseBits(length, count);
  tally.entropyBits += value.kind === 'symbols' ? symbolEntropyBits(value.symbols, alphabet) : 32 * count;
};

/** What the decoder will give, and ‖x−x̂‖² where it is known without that. */
interface CodedUnit {
  readonly value: Floats;
  readonly lost: number | null;
}

/** A value at all coordinates whose numbers are put together when first asked for. */
const lazily = (length: number, make: () => Float32Array): Floats => {
  let values: Float32Array | null = null;
  return {
    ...denseShape(length),
    kind: 'dense',
    get values() {
      values ??= make();
      return values;
    },
  };
};

export const encodeUnit = (
  values: Float32Array,
  { transforms, codes }: StageChain,
  writer: BitWriter,
  unit: Unit,
  tally: Tally,
): CodedUnit => {
  let value: Value = denseValue(values);
  const restores: Restore[] = [];
  let lost: number | null = null;
  for (const transform of transforms) {
    const step = transform.encode(value, writer, unit);
    value = step.value;
    restores.push(step.restore);
    lost = step.lost ?? null;
  }
  if (value.support === 'explicit') {
    tally.valueBytes += writePositions(value.positions as Uint32Array, value.length, codes.positions, writer);
  }
  if (value.kind === 'symbols') {
    tally.valueBytes += writeSymbols(value.symbols, value.alphabet, codes.symbols, writer);
  } else {
    writer.float32s(value.values);
    tally.valueBytes += 4 * value.count;
  }
  tallyValue(value, isEntropyCoded(codes), tally);
  // Float32 loses nothing; few ask for the numbers again.
  if (transforms.length === 0) return { value: lazily(unit.length, () => values.slice()), lost: 0 };
  // Of several steps each knows its own loss alone.
  if (transforms.length > 1 || lost === null) return { value: restoreAll(value, restores), lost: null };
  return { value: lazily(unit.length, () => restoreAll(value, restores).values), lost };
};

const readFloats = (reader: BitReader, count: number): Float32Array => {
  const values = reader.float32s(count);
  for (let i = 0; i < count; i++) {
    if (values[i] - values[i] !== 0) malformed('codec/bad-scale', `The value ${values[i]} is not finite.`);
  }
  return values;
};

/** @throws CodedError `codec/…` */
export const decodeUnit = ({ transforms, codes }: StageChain, reader: BitReader, unit: Unit): Floats => {
  let shape: Shape = denseShape(unit.length);
  const restores: Restore[] = [];
  for (const transform of transforms) {
    const opened = transform.open(shape, reader, unit);
    shape = opened.shape;
    restores.push(opened.restore);
  }
  if (shape.support === 'explicit') {
    shape = { ...shape, positions: readPositions(reader, shape.count, shape.length, codes.positions) };
  }
  const value: Value =
    shape.kind === 'symbols'
      ? { ...shape, kind: 'symbols', symbols: readSymbols(reader, shape.count, shape.alphabet, codes.symbols) }
      : { ...shape, kind: shape.kind, values: readFloats(reader, shape.count) };
  return restoreAll(value, restores);
};

/** The most bytes that a unit takes: every stream raw, with its tag. */
export const maxUnitBytes = ({ transforms, codes }: StageChain, extents: Unit['extents']): number => {
  const length = extents.reduce((product, extent) => product * extent, 1);
  let shape = denseShape(length);
  let bytes = 0;
  for (const transform of transforms) {
    const bound = transform.bound(shape, extents);
    shape = bound.shape;
    bytes += bound.sideBytes;
  }
  if (shape.support === 'explicit') bytes += rawBytes(shape.count, length) + (codes.positions === null ? 0 : 1);
  if (shape.kind !== 'symbols') return bytes + 4 * shape.count;
  return bytes + rawBytes(shape.count, shape.alphabet) + (codes.symbols === null ? 0 : 1);
};
