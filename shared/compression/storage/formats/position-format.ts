import { z } from 'zod';
import type { PositionCode } from '../../../codec/streams/stream.js';
import type { StorageFormat } from './format.js';

/** A format that is a code of ascending positions in the tensor as one row. */
export const positionFormat = (
  about: Pick<StorageFormat, 'name' | 'summary' | 'code' | 'paper'>,
  code: PositionCode,
): StorageFormat => ({
  ...about,
  options: z.strictObject({}),
  keeps: 'nonzero',
  prepare: (positions, { rows, columns }) => code.prepare(positions, rows * columns),
  read: (reader, count, { rows, columns }, parameter) => code.read(reader, count, rows * columns, parameter),
});
