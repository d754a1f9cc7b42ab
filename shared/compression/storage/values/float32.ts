import { z } from 'zod';
import type { ValueCoding } from './coding.js';

/** Four bytes a value. */
export const float32: ValueCoding = {
  name: 'float32',
  summary: 'four bytes a value',
  options: z.strictObject({}),
  code: 0,
  prepare: (values) => ({
    bytes: 4 * values.length,
    parameter: 0,
    write: (writer) => {
      writer.float32s(values);
      return 0;
    },
  }),
  read: (reader, { positions }) => reader.float32s(positions.length),
};
