import { z } from 'zod';
import { floatsOf } from '../sparsifier.js';
import { defineTransform, type Restore, type Unit } from '../stage-interface.js';
import { denseShape, denseValue, densify, saturate, type Floats } from '../value.js';

const options = z.strictObject({
  rank: z.int().min(1).max(1024).default(2).describe('rank of what is sent of a matrix, 1 to 1024'),
  iterations: z.int().min(1).max(20).default(1).describe('steps of the power iteration, 1 to 20'),
});

/** A tensor as a matrix: its last extent is the columns. */
interface Matrix {
  readonly rows: number;
  readonly columns: number;
  readonly rank: number;
}

/** @returns null where the two factors are no smaller than the tensor: it travels as it is */
const matrixOf = ({ extents, length }: Unit, rank: number): Matrix | null => {
  if (extents.length < 2 || length === 0) return null;
  const columns = extents[extents.length - 1];
  const rows = length / columns;
  return rank * (rows + columns) < length ? { rows, columns, rank } : null;
};

/** out (rows × rank) = M · right (columns × rank). */
const times = (values: Float32Array, { rows, columns, rank }: Matrix, right: Float64Array): Float64Array => {
  const out = new Float64Array(rows * rank);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column];
      for (let k = 0; k < rank; k++) out[row * rank + k] += value * right[column * rank + k];
    }
  }
  return out;
};

/** out (columns × rank) = Mᵀ · left (rows × rank). */
const transposedTimes = (values: Float32Array, { rows, columns, rank }: Matrix, left: Float64Array): Float64Array => {
  const out = new Float64Array(columns * rank);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = values[row * columns + column];
      for (let k = 0; k < rank; k++) out[column * rank + k] += value * left[row * rank + k];
    }
  }
  return out;
};

/** Columns whose rest is this much shorter than they were depend on the ones before: they become zero. */
const dependent = 1e-10;

/** Makes the columns orthonormal, in place (Gram and Schmidt, each twice against rounding). */
const orthonormalize = (columns: Float64Array, rank: number): void => {
  const rows = columns.length / rank;
  const product = (a: number, b: number): number => {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += columns[row * rank + a] * columns[row * rank + b];
    return sum;
  };
  for (let k = 0; k < rank; k++) {
    const before = Math.sqrt(product(k, k));
    for (let pass = 0; pass < 2; pass++) {
      for (let j = 0; j < k; j++) {
        const along = product(j, k);
        for (let row = 0; row < rows; row++) columns[row * rank + k] -= along * columns[row * rank + j];
      }
    }
    const norm = Math.sqrt(product(k, k));
    const factor = norm > dependent * before ? 1 / norm : 0;
    for (let row = 0; row < rows; row++) columns[row * rank + k] *= factor;
  }
};

/** The factors, rows × rank and columns × rank, one after the other. */
const factorize = (values: Float32Array, matrix: Matrix, iterations: number, unit: Unit): Float32Array => {
  const words = unit.random('lowrank').fill(new Uint32Array(matrix.columns * matrix.rank));
  // Uniform on −1 … 1: of signs alone a row with two equal entries would see nothing half of the time.
  let right = Float64Array.from(words, (word) => word * 2 ** -31 - 1);
  let left = new Float64Array(0);
  for (let i = 0; i < iterations; i++) {
    left = times(values, matrix, right) as Float64Array<ArrayBuffer>;
    orthonormalize(left, matrix.rank);
    right = transposedTimes(values, matrix, left) as Float64Array<ArrayBuffer>;
  }
  const out = new Float32Array(left.length + right.length);
  out.set(left);
  for (let i = 0; i < right.length; i++) out[left.length + i] = saturate(right[i]);
  return out;
};

const productOf = (factors: Float32Array, { rows, columns, rank }: Matrix): Float32Array => {
  const out = new Float32Array(rows * columns);
  const right = rows * rank;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += factors[row * rank + k] * factors[right + column * rank + k];
      out[row * columns + column] = saturate(sum);
    }
  }
  return out;
};

/**
 * Two factors of low rank for each tensor with two extents or more, from a power iteration that begins at random: PowerSGD
 * without its warm start, since a client is not in every round.
 */
export const lowrank = defineTransform({
  name: 'lowrank',
  code: 83,
  role: 'transform',
  summary: 'two factors of low rank instead of a matrix; needs scope tensor',
  takes: ['dense'],
  gives: 'dense',
  bits: '32 r (n + m) of an n × m tensor; tensors of one extent, and those that it doesn’t make smaller, as they are',
  bias: 'biased; exact for matrices of rank r and less; use error feedback',
  paper: 'Vogels, Karimireddy and Jaggi 2019, PowerSGD: Practical Low-Rank Gradient Compression',
  options,
  shorthand: 'rank',
  create: ({ rank, iterations }) => {
    const back =
      (matrix: Matrix): Restore =>
      (value) =>
        denseValue(productOf(densify(value as Floats), matrix));
    const asItWas: Restore = (value) => denseValue(densify(value as Floats));
    return {
      bound: (shape) => ({ shape, sideBytes: 0 }),
      encode: (value, _side, unit) => {
        const matrix = matrixOf(unit, rank);
        if (matrix === null || value.length !== unit.length) return { value, restore: asItWas };
        return { value: denseValue(factorize(floatsOf(value), matrix, iterations, unit)), restore: back(matrix) };
      },
      open: (shape, _side, unit) => {
        const matrix = matrixOf(unit, rank);
        if (matrix === null || shape.length !== unit.length) return { shape, restore: asItWas };
        return { shape: denseShape(rank * (matrix.rows + matrix.columns)), restore: back(matrix) };
      },
    };
  },
});
