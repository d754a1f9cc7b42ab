import type { BitReader } from '../../util/bits.js';
import { malformed } from './malformed.js';
import { Contexts, RangeDecoder, RangeEncoder } from './range-coder.js';
import type { PositionCode } from './stream.js';

/*
 * A gap's number n = gap + 1 has a class c = ⌊log2 n⌋ and c bits below its leading one. The class is coded as five
 * decisions, given the class before: layers differ in density, so neighbouring gaps are alike. Of the bits below,
 * the first three are coded given the class and the rest are even.
 */
const classBits = 5;
const modelledBits = 3;

const makeContexts = () => ({ classes: new Contexts(32 * 32), below: new Contexts(32 * 8) });

const encode = (positions: Uint32Array): RangeEncoder => {
  const coder = new RangeEncoder();
  const { classes, below } = makeContexts();
  let previous = -1;
  let before = 0;
  for (let i = 0; i < positions.length; i++) {
    const number = positions[i] - previous;
    const size = 31 - Math.clz32(number);
    coder.tree(classes, before * 32, size, classBits);
    let left = size;
    for (let node = 1; left > 0 && node < 1 << modelledBits; left--) {
      const decision = (number >>> (left - 1)) & 1;
      coder.bit(below, size * 8 + node, decision);
      node = 2 * node + decision;
    }
    coder.evenBits(number, left);
    previous = positions[i];
    before = size;
  }
  return coder;
};

const read = (reader: BitReader, count: number, length: number): Uint32Array => {
  const coder = new RangeDecoder(reader);
  const { classes, below } = makeContexts();
  const positions = new Uint32Array(count);
  let previous = -1;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const size = coder.tree(classes, before * 32, classBits) - 32;
    let number = 1;
    let left = size;
    for (; left > 0 && number < 1 << modelledBits; left--) number = 2 * number + coder.bit(below, size * 8 + number);
    const position = previous + (number * 2 ** left + coder.evenBits(left));
    if (position >= length) malformed('codec/bad-position', `Position ${position} in a vector of ${length}.`);
    positions[i] = position;
    previous = position;
    before = size;
  }
  coder.end();
  return positions;
};

/** Adaptive range code of the gaps. What it takes is known only by coding, because it adapts. */
export const rangePositions: PositionCode = {
  tag: 3,
  name: 'range',
  prepare: (positions) => {
    const coder = encode(positions);
    return { bytes: coder.bytes, parameter: 0, write: (writer) => coder.finish(writer) };
  },
  read,
};
