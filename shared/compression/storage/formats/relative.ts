import { z } from 'zod';
import { malformed } from '../../../codec/streams/malformed.js';
import { bitsAt, firstBits, type BitReader } from '../../../util/bits.js';
import type { StorageFormat } from './format.js';

/*
 * The zeros before each place, in a few bits each. The greatest number of these bits is a filler: so many zeros, and then no
 * place but another number. Deep Compression stores a value 0 for a filler; here none is, since a reader knows the filler.
 */

const mostBits = 15;

const countNumbers = (positions: Uint32Array, filler: number): number => {
  let numbers = positions.length;
  let previous = -1;
  for (let i = 0; i < positions.length; i++) {
    numbers += Math.floor((positions[i] - previous - 1) / filler);
    previous = positions[i];
  }
  return numbers;
};

/** The size of a number with which all take the fewest bits. */
const bestBits = (positions: Uint32Array): { bits: number; total: number } => {
  let best = { bits: 1, total: countNumbers(positions, 1) };
  // Without a filler they would still take bits · length.
  for (let bits = 2; bits <= mostBits && bits * positions.length < best.total; bits++) {
    const total = bits * countNumbers(positions, 2 ** bits - 1);
    if (total < best.total) best = { bits, total };
  }
  return best;
};

const read = (reader: BitReader, count: number, length: number, bits: number): Uint32Array => {
  if (bits < 1 || bits > mostBits) malformed('codec/bad-stream', `Relative indices of ${bits} bits.`);
  reader.requireBits(count * bits);
  const bytes = reader.padded;
  const filler = 2 ** bits - 1;
  const positions = new Uint32Array(count);
  let at = reader.bitPosition;
  let place = 0;
  for (let found = 0; found < count; at += bits) {
    const zeros = firstBits(bitsAt(bytes, at), bits);
    place += zeros;
    // A place must follow, so fillers can't be many.
    if (place >= length) malformed('codec/bad-position', `Position ${place} in a vector of ${length}.`);
    if (zeros !== filler) positions[found++] = place++;
  }
  reader.bitPosition = at;
  reader.align();
  return positions;
};

/** Relative indices in few bits, with fillers over long gaps. */
export const relative: StorageFormat = {
  name: 'relative',
  summary: 'relative indices of a few bits, with fillers over long gaps',
  options: z.strictObject({}),
  code: 4,
  keeps: 'nonzero',
  paper: 'Han, Mao and Dally 2016, Deep Compression, section 2',
  prepare: (positions) => {
    const { bits, total } = bestBits(positions);
    const filler = 2 ** bits - 1;
    return {
      bytes: Math.ceil(total / 8),
      parameter: bits,
      write: (writer) => {
        let previous = -1;
        for (let i = 0; i < positions.length; i++) {
          let zeros = positions[i] - previous - 1;
          for (; zeros >= filler; zeros -= filler) writer.bits(filler, bits);
          writer.bits(zeros, bits);
          previous = positions[i];
        }
        writer.align();
        return 0;
      },
    };
  },
  read: (reader, count, { rows, columns }, bits) => read(reader, count, rows * columns, bits),
};
