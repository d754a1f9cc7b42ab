import { bitsAt, firstBits } from '../../util/bits.js';
import { malformed } from './malformed.js';
import { onesAt } from './rice.js';
import type { PositionCode } from './stream.js';

/** Bits below the buckets: ⌊log2(length / count)⌋, so that there are at most two buckets a position. */
const lowBits = (length: number, count: number): number => Math.max(0, 31 - Math.clz32(Math.floor(length / count)));

/**
 * Elias and Fano's code of positions (Elias 1974, Fano 1971): the low bits of each as they are; then for the high parts, in
 * order, a one for every step up and a zero for every position. At most 2 + ⌈log2(d/k)⌉ bits a position.
 */
export const eliasFano: PositionCode = {
  tag: 4,
  name: 'elias-fano',
  prepare: (positions, length) => {
    const bits = lowBits(length, positions.length);
    const steps = positions[positions.length - 1] >>> bits;
    return {
      bytes: Math.ceil((positions.length * (bits + 1) + steps) / 8),
      parameter: bits,
      write: (writer) => {
        const mask = 2 ** bits - 1;
        for (let i = 0; i < positions.length; i++) writer.bits(positions[i] & mask, bits);
        let high = 0;
        for (let i = 0; i < positions.length; i++) {
          writer.unary((positions[i] >>> bits) - high);
          high = positions[i] >>> bits;
        }
        writer.align();
        return 0;
      },
    };
  },
  read: (reader, count, length, bits) => {
    if (bits !== lowBits(length, count)) malformed('codec/bad-stream', `${bits} low bits for ${count} of ${length}.`);
    reader.requireBits(count * (bits + 1));
    const bytes = reader.padded;
    const positions = new Uint32Array(count);
    const bucket = 2 ** bits;
    let lows = reader.bitPosition;
    let at = lows + count * bits;
    let high = 0;
    let previous = -1;
    for (let i = 0; i < count; i++) {
      const word = bitsAt(bytes, at);
      let steps = Math.clz32(~word);
      if (steps === 32) steps = onesAt(bytes, at, length >>> bits);
      at += steps + 1;
      high += steps;
      const position = high * bucket + firstBits(bitsAt(bytes, lows), bits);
      lows += bits;
      if (position <= previous || position >= length) {
        malformed('codec/bad-position', `Position ${position} follows ${previous} in a vector of ${length}.`);
      }
      positions[i] = position;
      previous = position;
    }
    reader.bitPosition = at;
    reader.align();
    return positions;
  },
};
