import type { Floats } from './value.js';

/** What one unit of a payload decodes to, with its place in the vector. */
export interface Piece {
  readonly offset: number;
  readonly value: Floats;
  /** ‖x−x̂‖² of the codec's input, where it is known without looking at the values. */
  readonly lost?: number;
}

/** Whether every piece says which coordinates it has: all others of the vector are zero. */
export const areSparse = (pieces: readonly Piece[]): boolean => pieces.every(({ value }) => value.positions !== null);

/** The whole vector. May be the memory of a piece that is all of it. */
export const assemble = (pieces: readonly Piece[], length: number): Float32Array => {
  if (pieces.length === 1 && pieces[0].value.positions === null) return pieces[0].value.values;
  const out = new Float32Array(length);
  for (const { offset, value } of pieces) {
    const { positions, values } = value;
    if (positions === null) out.set(values, offset);
    else for (let i = 0; i < values.length; i++) out[offset + positions[i]] = values[i];
  }
  return out;
};

/** Adds weight × the vector, touching only the coordinates that the pieces have. */
export const addPieces = (pieces: readonly Piece[], weight: number, into: Float64Array): void => {
  for (const { offset, value } of pieces) {
    const { positions, values } = value;
    if (positions === null) for (let i = 0; i < values.length; i++) into[offset + i] += weight * values[i];
    else for (let i = 0; i < values.length; i++) into[offset + positions[i]] += weight * values[i];
  }
};

/** The positions that the pieces have, ascending; null when they have all. */
export const supportOf = (pieces: readonly Piece[]): Uint32Array | null => {
  if (!areSparse(pieces)) return null;
  const out = new Uint32Array(pieces.reduce((sum, { value }) => sum + value.count, 0));
  let at = 0;
  for (const { offset, value } of pieces) for (const position of value.positions!) out[at++] = offset + position;
  return out;
};
