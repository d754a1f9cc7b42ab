import { distanceTo } from '../energy.js';
import { areSparse, type Piece } from '../pieces.js';

/** ‖x−x̂‖² and ‖v−x̂‖². */
export interface Losses {
  readonly errorEnergy: number;
  readonly freshErrorEnergy: number;
}

/** A vector with its squared norm. */
export interface Measured {
  readonly values: Float32Array;
  readonly energy: number;
}

const takeDense = (fresh: Float32Array, input: Float32Array, offset: number, decoded: Float32Array): Losses => {
  const even = decoded.length & ~1;
  let errorA = 0;
  let errorB = 0;
  let freshA = 0;
  let freshB = 0;
  for (let i = 0; i < even; i += 2) {
    const at = offset + i;
    const decodedA = decoded[i];
    const decodedB = decoded[i + 1];
    const a = input[at] - decodedA;
    const b = input[at + 1] - decodedB;
    const c = fresh[at] - decodedA;
    const d = fresh[at + 1] - decodedB;
    input[at] = a;
    input[at + 1] = b;
    errorA += a * a;
    errorB += b * b;
    freshA += c * c;
    freshB += d * d;
  }
  if (even < decoded.length) {
    const at = offset + even;
    const left = input[at] - decoded[even];
    freshA += (fresh[at] - decoded[even]) ** 2;
    input[at] = left;
    errorA += left * left;
  }
  return { errorEnergy: errorA + errorB, freshErrorEnergy: freshA + freshB };
};

const takeSparse = (input: Float32Array, pieces: readonly Piece[]): void => {
  for (const { offset, value } of pieces) {
    const { values } = value;
    const positions = value.positions as Uint32Array;
    for (let i = 0; i < positions.length; i++) input[offset + positions[i]] -= values[i];
  }
};

/** Densely: coordinates that a sparse piece doesn't have lose nothing to it. */
const denseValues = ({ value }: Piece): Float32Array => {
  const { positions, values, length } = value;
  if (positions === null) return values;
  const out = new Float32Array(length);
  for (let i = 0; i < positions.length; i++) out[positions[i]] = values[i];
  return out;
};

/**
 * Takes what was decoded from the input, in place: input − decoded in float32. Of a sparse vector only the coordinates that
 * it has are touched.
 * @param input memory other than `fresh`
 */
export const takeAway = (fresh: Measured, input: Measured, pieces: readonly Piece[]): Losses => {
  if (areSparse(pieces)) {
    const losses = {
      errorEnergy: distanceTo(input.values, input.energy, pieces),
      freshErrorEnergy: distanceTo(fresh.values, fresh.energy, pieces),
    };
    takeSparse(input.values, pieces);
    return losses;
  }
  let errorEnergy = 0;
  let freshErrorEnergy = 0;
  for (const piece of pieces) {
    const losses = takeDense(fresh.values, input.values, piece.offset, denseValues(piece));
    errorEnergy += losses.errorEnergy;
    freshErrorEnergy += losses.freshErrorEnergy;
  }
  return { errorEnergy, freshErrorEnergy };
};
