import type { Unit } from './stage-interface.js';
import type { Shape } from './value.js';

/*
 * Channels of a tensor are its columns, the positions of its last extent: of a dense layer's or a convolution's kernel what
 * belongs to one output.
 */

/**
 * Columns of a unit's values: the last extent of a tensor of two or more extents with a value at every coordinate; else one
 * column has all values.
 */
export const columnCount = ({ support, count }: Shape, extents: Unit['extents']): number => {
  const length = extents.reduce((product, extent) => product * extent, 1);
  return support === 'all' && count === length && count > 0 && extents.length > 1 ? extents[extents.length - 1] : 1;
};

/** The values column after column. */
export const byColumns = (values: Float32Array, columns: number): Float32Array => {
  const rows = values.length / columns;
  const out = new Float32Array(values.length);
  for (let row = 0, from = 0; row < rows; row++) {
    for (let to = row; to < out.length; to += rows) out[to] = values[from++];
  }
  return out;
};

/** The way back from {@link byColumns}. */
export const byRows = (values: Float32Array, columns: number): Float32Array =>
  byColumns(values, values.length / columns);
