import { bitsAt } from '../../util/bits.js';
import { malformed } from './malformed.js';
import type { PositionCode } from './stream.js';

/** One bit a coordinate: the smallest simple code where about half of them are kept. */
export const bitmap: PositionCode = {
  tag: 2,
  name: 'bitmap',
  prepare: (positions, length) => ({
    bytes: Math.ceil(length / 8),
    parameter: 0,
    write: (writer) => {
      const bytes = new Uint8Array(Math.ceil(length / 8));
      for (let i = 0; i < positions.length; i++) bytes[positions[i] >>> 3] |= 128 >>> (positions[i] & 7);
      writer.bytes(bytes);
      return 0;
    },
  }),
  read: (reader, count, length) => {
    reader.requireBits(length);
    const bytes = reader.padded;
    const begin = reader.bitPosition;
    const positions = new Uint32Array(count);
    let found = 0;
    for (let i = 0; i < length; i += 32) {
      let word = bitsAt(bytes, begin + i);
      // What lies behind the vector, in the last word.
      if (length - i < 32) word &= ~(0xffffffff >>> (length - i));
      while (word !== 0) {
        const lead = Math.clz32(word);
        word &= ~(0x80000000 >>> lead);
        // Typed arrays leave out what is written past their end.
        positions[found++] = i + lead;
      }
    }
    if (found !== count) malformed('codec/bad-count', `A bitmap of ${found} positions where ${count} are stated.`);
    reader.bitPosition = begin + length;
    reader.align();
    return positions;
  },
};
