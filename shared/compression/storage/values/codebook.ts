import { z } from 'zod';
import { malformed } from '../../../codec/streams/malformed.js';
import type { ValueCoding } from './coding.js';
import { prepareSymbols, readSymbolStream } from './symbol-stream.js';

/** More different values than this are no shared weights. */
const mostValues = 4096;

const varintBytes = (value: number): number => (value < 128 ? 1 : 2);

/** The different values, ascending, and the place of each; null where they are too many for a table to pay. */
const bookOf = (values: Float32Array): Map<number, number> | null => {
  const found = new Set<number>();
  const most = Math.min(mostValues, Math.ceil(values.length / 2));
  for (let i = 0; i < values.length; i++) {
    found.add(values[i]);
    if (found.size > most) return null;
  }
  // Their bits may differ, and a table has one of them.
  if (found.has(NaN)) return null;
  return new Map([...found].sort((a, b) => a - b).map((value, place) => [value, place]));
};

/** Few different values: a table of them, and which one each is. */
export const codebook: ValueCoding = {
  name: 'codebook',
  summary: 'shared weights: a table of the different values, and which one each is',
  options: z.strictObject({}),
  code: 2,
  prepare: (values) => {
    const book = bookOf(values);
    if (book === null) return null;
    const symbols = Uint16Array.from(values, (value) => book.get(value)!);
    const stream = prepareSymbols(symbols, book.size);
    return {
      bytes: varintBytes(book.size) + 4 * book.size + stream.bytes,
      parameter: 0,
      write: (writer) => {
        writer.varint(book.size);
        writer.float32s(Float32Array.from(book.keys()));
        stream.write(writer);
        return 0;
      },
    };
  },
  read: (reader, { positions }) => {
    const size = reader.varint();
    if (size < 1 || size > mostValues) malformed('codec/bad-count', `A table of ${size} values.`);
    const table = reader.float32s(size);
    return Float32Array.from(readSymbolStream(reader, positions.length, size), (symbol) => table[symbol]);
  },
};
