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
    const bytes = reader.bytes(Math.ceil(length / 8));
    const positions = new Uint32Array(count);
    let found = 0;
    for (let i = 0; i < 8 * bytes.length; i++) {
      if ((bytes[i >>> 3] & (128 >>> (i & 7))) === 0) continue;
      if (i >= length) malformed('codec/bad-position', `Position ${i} in a vector of ${length}.`);
      if (found < count) positions[found] = i;
      found++;
    }
    if (found !== count) malformed('codec/bad-count', `A bitmap of ${found} positions where ${count} are stated.`);
    return positions;
  },
};
