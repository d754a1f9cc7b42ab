import { z } from 'zod';
import { bitsAt, firstBits } from '../../../util/bits.js';
import type { ValueCoding } from './coding.js';
import { prepareSymbols, readSymbolStream } from './symbol-stream.js';

/** Sign and exponent of a float32, and what is below them. */
const signsAndExponents = 512;
const mantissaBits = 23;

const wordsOf = (values: Float32Array): Uint32Array => new Uint32Array(values.buffer, values.byteOffset, values.length);

/** Signs and exponents, which are alike in a layer, apart from the mantissas, which are not. */
export const planes: ValueCoding = {
  name: 'planes',
  summary: 'float32: signs and exponents entropy-coded, mantissas as they are',
  options: z.strictObject({}),
  code: 1,
  prepare: (values) => {
    const words = wordsOf(values);
    const symbols = Uint16Array.from(words, (word) => word >>> mantissaBits);
    const stream = prepareSymbols(symbols, signsAndExponents);
    return {
      bytes: stream.bytes + Math.ceil((words.length * mantissaBits) / 8),
      parameter: 0,
      write: (writer) => {
        stream.write(writer);
        for (let i = 0; i < words.length; i++) writer.bits(words[i] & (2 ** mantissaBits - 1), mantissaBits);
        writer.align();
        return 0;
      },
    };
  },
  read: (reader, { positions }) => {
    const count = positions.length;
    const symbols = readSymbolStream(reader, count, signsAndExponents);
    reader.requireBits(count * mantissaBits);
    const values = new Float32Array(count);
    const words = wordsOf(values);
    const bytes = reader.padded;
    let at = reader.bitPosition;
    for (let i = 0; i < count; i++, at += mantissaBits) {
      words[i] = (symbols[i] << mantissaBits) | firstBits(bitsAt(bytes, at), mantissaBits);
    }
    reader.bitPosition = at;
    reader.align();
    return values;
  },
};
