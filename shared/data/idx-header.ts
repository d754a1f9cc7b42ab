import { CodedError } from '../util/errors.js';

/** The array of an IDX file. */
export interface IdxArray {
  /** Lengths of the dimensions, slowest first. */
  readonly shape: readonly number[];
  /** The values, row after row. */
  readonly values: Uint8Array;
}

/** What the start of an IDX file says. */
export interface IdxHeader {
  /** Lengths of the dimensions, slowest first. */
  readonly shape: readonly number[];
  /** Bytes of the header: where the values begin. */
  readonly offset: number;
  /** Number of values, one byte each. */
  readonly values: number;
}

/** Indices of examples are 32-bit, and so is the longest array that every supported Node.js can hold. */
const mostValues = 2 ** 31 - 1;
const unsignedByte = 0x08;

const valueTypes: Readonly<Record<number, string>> = {
  0x08: 'unsigned bytes',
  0x09: 'signed bytes',
  0x0b: '16-bit integers',
  0x0c: '32-bit integers',
  0x0d: '32-bit floats',
  0x0e: '64-bit floats',
};

/** Bytes that {@link parseIdxHeader} needs of a file, where it has as many. */
export const headerBytes = (ranks: readonly number[]): number => 4 + 4 * Math.max(...ranks);

/** @returns the number of dimensions. */
const rankOf = (start: Uint8Array, file: string, ranks: readonly number[]): number => {
  if (start.length < 4 || start[0] !== 0 || start[1] !== 0 || valueTypes[start[2]] === undefined) {
    throw new CodedError('data/not-idx', 'This is not an IDX file: it does not begin with the IDX magic number.', {
      where: file,
      hint: 'An IDX file of bytes begins with 00 00 08 and the number of dimensions, packed with gzip or not.',
    });
  }
  if (start[2] !== unsignedByte) {
    throw new CodedError('data/not-idx', `The IDX file holds ${valueTypes[start[2]]}.`, {
      where: file,
      hint: 'Images and labels must be unsigned bytes (type 08).',
    });
  }
  const rank = start[3];
  if (!ranks.includes(rank)) {
    throw new CodedError('data/bad-shape', `The IDX file has ${rank} dimensions.`, {
      where: file,
      hint: `It must have ${ranks.join(' or ')}: images have 3 or 4 (count, height, width, channels), labels 1.`,
    });
  }
  return rank;
};

/**
 * Reads and checks the header of an IDX file: two zero bytes, the value type, the number of dimensions, then the
 * dimensions as big-endian 32-bit integers (LeCun, Cortes and Burges, "The MNIST database").
 * @param start the file's first {@link headerBytes} bytes, or all where it is shorter
 * @param ranks the numbers of dimensions that are right
 * @throws CodedError `data/not-idx`, `data/bad-shape`, `data/bad-length`, `data/too-large`
 */
export const parseIdxHeader = (start: Uint8Array, file: string, ranks: readonly number[]): IdxHeader => {
  const rank = rankOf(start, file, ranks);
  const offset = 4 + 4 * rank;
  if (start.length < offset) {
    throw new CodedError('data/bad-length', `The IDX file ends inside its header of ${offset} bytes.`, {
      where: file,
      hint: 'It is truncated: get it again.',
    });
  }
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const shape = Array.from({ length: rank }, (_, dimension) => view.getUint32(4 + 4 * dimension));
  const values = shape.reduce((product, length) => product * length, 1);
  if (values === 0) {
    throw new CodedError('data/bad-shape', `The IDX file is empty: its shape is ${shape.join(' × ')}.`, {
      where: file,
      hint: 'A dataset needs at least one example.',
    });
  }
  if (values > mostValues) {
    throw new CodedError('data/too-large', `The IDX file claims ${shape.join(' × ')} = ${values} values.`, {
      where: file,
      hint: `At most ${mostValues} fit into memory; a damaged header can be the reason too.`,
    });
  }
  return { shape, offset, values };
};

/** @returns the error for a file whose length is not what its header says. */
export const wrongLength = (file: string, header: IdxHeader, found: string): CodedError =>
  new CodedError(
    'data/bad-length',
    `The IDX header says ${header.shape.join(' × ')}, that is ${header.offset + header.values} bytes, but ${found}.`,
    { where: file, hint: 'It is truncated or damaged: get it again.' },
  );
