import { malformed } from '../../../codec/streams/malformed.js';
import { bitsBelow } from '../../../codec/value.js';
import { bitsAt, firstBits, type BitReader } from '../../../util/bits.js';
import type { Prepared } from '../../../codec/streams/stream.js';

/*
 * Compressed lines: for each row, or column, the number of places up to its end (the pointer to its begin, 0 for the first,
 * need not be said); then the index of each place in its line, ascending within a line. Both in as many bits as the
 * greatest possible takes.
 */

/** Bits of compressed lines without padding. @param lines how many, each of `width` numbers */
export const lineBits = (count: number, lines: number, width: number): number =>
  lines * bitsBelow(count + 1) + count * bitsBelow(width);

/** @param lineOf the line of a position @param indexOf its place in that line */
export const prepareLines = (
  positions: Uint32Array,
  lines: number,
  width: number,
  lineOf: (position: number) => number,
  indexOf: (position: number) => number,
): Prepared => ({
  bytes: Math.ceil(lineBits(positions.length, lines, width) / 8),
  parameter: 0,
  write: (writer) => {
    const ends = new Uint32Array(lines);
    for (let i = 0; i < positions.length; i++) ends[lineOf(positions[i])]++;
    const next = new Uint32Array(lines);
    for (let line = 1; line < lines; line++) {
      next[line] = ends[line - 1];
      ends[line] += ends[line - 1];
    }
    const indices = new Uint32Array(positions.length);
    for (let i = 0; i < positions.length; i++) indices[next[lineOf(positions[i])]++] = indexOf(positions[i]);
    const [pointerBits, indexBits] = [bitsBelow(positions.length + 1), bitsBelow(width)];
    for (let line = 0; line < lines; line++) writer.bits(ends[line], pointerBits);
    for (let i = 0; i < indices.length; i++) writer.bits(indices[i], indexBits);
    writer.align();
    return 0;
  },
});

/** @param positionOf the position of a place in a line @throws CodedError `codec/…` */
export const readLines = (
  reader: BitReader,
  count: number,
  lines: number,
  width: number,
  positionOf: (line: number, index: number) => number,
): Uint32Array => {
  reader.requireBits(lineBits(count, lines, width));
  const bytes = reader.padded;
  const [pointerBits, indexBits] = [bitsBelow(count + 1), bitsBelow(width)];
  let pointerAt = reader.bitPosition;
  let at = pointerAt + lines * pointerBits;
  const positions = new Uint32Array(count);
  let found = 0;
  for (let line = 0; line < lines; line++, pointerAt += pointerBits) {
    const end = firstBits(bitsAt(bytes, pointerAt), pointerBits);
    if (end < found || end > count) malformed('codec/bad-count', `A line ends at ${end} of ${count}.`);
    for (let previous = -1; found < end; found++, at += indexBits) {
      const index = firstBits(bitsAt(bytes, at), indexBits);
      if (index <= previous || index >= width) {
        malformed('codec/bad-position', `Place ${index} follows ${previous} in a line of ${width}.`);
      }
      positions[found] = positionOf(line, index);
      previous = index;
    }
  }
  if (found !== count) malformed('codec/bad-count', `Lines of ${found} places where ${count} are stated.`);
  reader.bitPosition = at;
  reader.align();
  return positions;
};
