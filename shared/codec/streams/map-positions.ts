import { malformed } from './malformed.js';
import { modelOf, readMap, writeMap } from './rans-map.js';
import { findRowLength } from './row-length.js';
import { mapOf, type SignificanceMap } from './significance.js';
import type { PositionCode } from './stream.js';

/** Below one coordinate in so many, columns can't be told from chance, and going through all coordinates is slow. */
const sparsest = 512;

/** Whether a map may be shorter than a code of gaps. */
const isDenseEnough = (count: number, length: number): boolean => count * sparsest >= length && count >= 64;

const mapOfPositions = (positions: Uint32Array, length: number): { map: SignificanceMap; rowLength: number } => {
  const bits = new Uint8Array(length);
  for (let i = 0; i < positions.length; i++) bits[positions[i]] = 1;
  const rowLength = findRowLength(positions, length);
  return { map: mapOf(bits, rowLength), rowLength };
};

/** @throws CodedError `codec/bad-count` */
const positionsOfMap = (bits: Uint8Array, count: number): Uint32Array => {
  const positions = new Uint32Array(count);
  let found = 0;
  // Typed arrays leave out what is written past their end.
  for (let i = 0; i < bits.length; i++) if (bits[i] === 1) positions[found++] = i;
  if (found !== count) malformed('codec/bad-count', `A map of ${found} positions where ${count} are stated.`);
  return positions;
};

/** A bit a coordinate, coded given rows and columns: the shortest code where kept weights stand together. */
export const mapPositions: PositionCode = {
  tag: 6,
  name: 'map',
  prepare: (positions, length) => {
    if (!isDenseEnough(positions.length, length)) return null;
    const { map, rowLength } = mapOfPositions(positions, length);
    const model = modelOf(map, rowLength);
    return { bytes: model.bytes, parameter: 0, write: (writer) => writeMap(map, model, writer) };
  },
  read: (reader, count, length) => positionsOfMap(readMap(reader, length).bits, count),
};
