import { malformed } from './malformed.js';
import type { PositionCode } from './stream.js';

/** Beside 0 and 1, Elias’s codes, under the same tag. */
const lebParameter = 2;

const bytesOf = (gap: number): number => 1 + Math.floor((31 - Math.clz32(gap | 1)) / 7);

/** Gaps (coordinates skipped) in whole bytes, seven bits each (LEB128): large, but simple and quick. */
export const varint: PositionCode = {
  tag: 5,
  name: 'varint',
  prepare: (positions) => {
    let bytes = 0;
    let previous = -1;
    for (let i = 0; i < positions.length; i++) {
      bytes += bytesOf(positions[i] - previous - 1);
      previous = positions[i];
    }
    return {
      bytes,
      parameter: lebParameter,
      write: (writer) => {
        let before = -1;
        for (let i = 0; i < positions.length; i++) {
          writer.varint(positions[i] - before - 1);
          before = positions[i];
        }
        return 0;
      },
    };
  },
  read: (reader, count, length, parameter) => {
    if (parameter !== lebParameter) malformed('codec/bad-stream', `The code ${parameter} is not LEB128.`);
    reader.requireBits(8 * count);
    const positions = new Uint32Array(count);
    let previous = -1;
    for (let i = 0; i < count; i++) {
      const position = previous + 1 + reader.varint();
      if (position >= length) malformed('codec/bad-position', `Position ${position} in a vector of ${length}.`);
      positions[i] = position;
      previous = position;
    }
    return positions;
  },
};
