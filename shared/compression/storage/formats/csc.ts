import { z } from 'zod';
import type { StorageFormat } from './format.js';
import { prepareLines, readLines } from './lines.js';

/** Compressed sparse columns: where each column ends, and the row of each place. Values keep their order, row by row. */
export const csc: StorageFormat = {
  name: 'csc',
  summary: 'compressed sparse columns: column ends and row indices',
  options: z.strictObject({}),
  code: 3,
  keeps: 'nonzero',
  paper: 'Duff, Grimes and Lewis 1989, Sparse matrix test problems',
  prepare: (positions, { rows, columns }) =>
    prepareLines(
      positions,
      columns,
      rows,
      (position) => position % columns,
      (position) => Math.floor(position / columns),
    ),
  read: (reader, count, { rows, columns }) =>
    readLines(reader, count, columns, rows, (column, row) => row * columns + column).sort(),
};
