import { malformed } from '../../codec/streams/malformed.js';
import type { Prepared } from '../../codec/streams/stream.js';
import { sizeOf, type PlacedTensor } from '../../params/layout.js';
import type { BitReader, BitWriter } from '../../util/bits.js';
import type { Grid } from '../model.js';
import { everyPosition } from './formats/dense.js';
import type { Matrix, StorageFormat } from './formats/format.js';
import { storageFormats } from './formats/index.js';
import { readGrid, writeGrid } from './grid-record.js';
import type { ValueCoding, ValuePlaces } from './values/coding.js';
import { valueCodings } from './values/index.js';

/*
 * A tensor: a byte with its format; a byte, the value coding + 8 with a grid + 16 where weights were pruned; the grid;
 * of other formats than dense the number of values, a varint, with which the record ends where it is 0; a byte, the
 * format's parameter × 8 + the coding's; places; values.
 */
const withGrid = 8;
const isPruned = 16;

/** How a tensor is stored. */
export interface TensorStorage {
  /** Name of the storage format. */
  readonly format: string;
  /** Name of the value coding. */
  readonly values: string;
  /** All that the file holds of the tensor. */
  readonly bytes: number;
}

/** The tensor as a matrix of output channels: the last extent, or the last two where that is 1, as of depthwise kernels. */
export const matrixOf = (shape: readonly number[]): Matrix => {
  const size = sizeOf(shape);
  const last = shape.at(-1) ?? 1;
  const columns = last === 1 ? last * (shape.at(-2) ?? 1) : last;
  return { rows: size / columns, columns };
};

/** Numbers of scales that a tensor's grid can have. */
const channelsOf = (shape: readonly number[]): number[] => [1, sizeOf(shape.slice(-1)), sizeOf(shape.slice(-2))];

interface Choice<P> {
  readonly by: P;
  readonly prepared: Prepared;
}

const smallest = <P>(all: readonly P[], prepare: (by: P) => Prepared | null): Choice<P> =>
  all.reduce<Choice<P> | null>((best, by) => {
    const prepared = prepare(by);
    return prepared === null || prepared.bytes >= (best?.prepared.bytes ?? Infinity) ? best : { by, prepared };
  }, null)!;

const sparseFormats = storageFormats.all.filter(({ keeps }) => keeps === 'nonzero');
const dense = storageFormats.get('dense');

interface Plan {
  readonly format: Choice<StorageFormat>;
  readonly values: Choice<ValueCoding>;
  readonly count: number;
}

const valuesAt = (values: Float32Array, places: ValuePlaces): Choice<ValueCoding> =>
  smallest(valueCodings.all, (coding) => coding.prepare(values, places));

/** The smallest way to store the numbers, by count; null where all are 0. */
const planOf = (numbers: Float32Array, matrix: Matrix, grid: Grid | null): Plan | null => {
  const all = everyPosition(numbers.length);
  const positions = all.filter((i) => numbers[i] !== 0);
  if (positions.length === 0) return null;
  const whole: Plan = {
    format: { by: dense, prepared: dense.prepare(all, matrix)! },
    values: valuesAt(numbers, { positions: all, grid }),
    count: numbers.length,
  };
  if (positions.length === numbers.length) return whole;
  const sparse: Plan = {
    format: smallest(sparseFormats, (format) => format.prepare(positions, matrix)),
    values: valuesAt(
      numbers.filter((value) => value !== 0),
      { positions, grid },
    ),
    count: positions.length,
  };
  const bytesOf = ({ format, values }: Plan): number => format.prepared.bytes + values.prepared.bytes;
  return bytesOf(sparse) < bytesOf(whole) ? sparse : whole;
};

/** @param numbers of the tensor; −0 is stored as 0 @param pruned whether weights of it were pruned */
export const writeTensor = (
  numbers: Float32Array,
  tensor: Pick<PlacedTensor, 'shape'>,
  { grid, pruned }: { readonly grid: Grid | null; readonly pruned: boolean },
  writer: BitWriter,
): TensorStorage => {
  const begin = writer.length;
  const plan = planOf(
    numbers.map((value) => (value === 0 ? 0 : value)),
    matrixOf(tensor.shape),
    grid,
  );
  const format = plan?.format.by ?? sparseFormats[0];
  const coding = plan?.values.by ?? valueCodings.all[0];
  writer.uint8(format.code);
  writer.uint8(coding.code + (grid === null ? 0 : withGrid) + (pruned ? isPruned : 0));
  if (grid !== null) writeGrid(grid, writer);
  if (format.keeps === 'nonzero') writer.varint(plan?.count ?? 0);
  if (plan !== null) {
    writer.uint8(plan.format.prepared.parameter * 8 + plan.values.prepared.parameter);
    plan.format.prepared.write(writer);
    plan.values.prepared.write(writer);
  }
  return { format: format.name, values: coding.name, bytes: writer.length - begin };
};

/** Reads a tensor into `numbers`, which are 0. @throws CodedError `codec/…` */
export const readTensor = (
  reader: BitReader,
  { shape }: Pick<PlacedTensor, 'shape'>,
  numbers: Float32Array,
): { grid: Grid | null; pruned: boolean } => {
  const formatCode = reader.uint8();
  const format = storageFormats.all.find(({ code }) => code === formatCode);
  const flags = reader.uint8();
  const coding = valueCodings.all.find(({ code }) => code === flags % withGrid);
  if (format === undefined || coding === undefined || flags >= 2 * isPruned) {
    return malformed('codec/bad-stream', `A tensor begins with the unknown bytes ${formatCode} and ${flags}.`);
  }
  const grid = (flags & withGrid) === 0 ? null : readGrid(reader, channelsOf(shape));
  const pruned = (flags & isPruned) !== 0;
  const count = format.keeps === 'all' ? numbers.length : reader.varint();
  if (count > numbers.length) malformed('codec/bad-count', `${count} values in a tensor of ${numbers.length}.`);
  if (count === 0) return { grid, pruned };
  const parameters = reader.uint8();
  const positions = format.read(reader, count, matrixOf(shape), parameters >>> 3);
  const values = coding.read(reader, { positions, grid }, parameters & 7);
  for (let i = 0; i < count; i++) numbers[positions[i]] = values[i];
  return { grid, pruned };
};
