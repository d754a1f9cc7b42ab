import { z } from 'zod';
import type { StorageFormat } from './format.js';
import { prepareLines, readLines } from './lines.js';

/** Compressed sparse rows: where each row ends, and the column of each place. */
export const csr: StorageFormat = {
  name: 'csr',
  summary: 'compressed sparse rows: row ends and column indices',
  options: z.strictObject({}),
  code: 2,
  keeps: 'nonzero',
  paper:
    'Tinney and Walker 1967, Direct solutions of sparse network equations by optimally ordered triangular factorization',
  prepare: (positions, { rows, columns }) =>
    prepareLines(
      positions,
      rows,
      columns,
      (position) => Math.floor(position / columns),
      (position) => position % columns,
    ),
  read: (reader, count, { rows, columns }) =>
    readLines(reader, count, rows, columns, (row, column) => row * columns + column),
};
