import { CodedError } from '../util/errors.js';
import { areSparse, type Piece } from './pieces.js';

/*
 * Sums of squares of float32 vectors in float64. They have several lanes, of every second or fourth index, so that one
 * addition does not wait for the other.
 */

/** Squares of floats can't overflow a double, so a sum that is not finite means that a number is not. */
export const requireFinite = (energy: number, values: Float32Array): number => {
  if (Number.isFinite(energy)) return energy;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new CodedError('codec/not-finite', `The vector has ${values[index]} at index ${index}.`, {
    where: `index ${index}`,
    hint: 'Only finite numbers are coded; a smaller learning rate may help.',
  });
};

/** ‖x‖² of the numbers from `start` to before `end`. */
const sumOfSquares = (values: Float32Array, start: number, end: number): number => {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = start + ((end - start) & ~3);
  for (let i = start; i < whole; i += 4) {
    const w = values[i];
    const x = values[i + 1];
    const y = values[i + 2];
    const z = values[i + 3];
    a += w * w;
    b += x * x;
    c += y * y;
    d += z * z;
  }
  for (let i = whole; i < end; i++) a += values[i] * values[i];
  return a + b + (c + d);
};

/** ‖x‖². @throws CodedError `codec/not-finite` */
export const energyOf = (values: Float32Array): number => requireFinite(sumOfSquares(values, 0, values.length), values);

/** ‖x−x̂‖² of one piece by itself, x being its coordinates of the vector. */
const pieceDistance = (values: Float32Array, { offset, value }: Piece): number => {
  const { positions, values: decoded, length } = value;
  let a = 0;
  if (positions === null) {
    let b = 0;
    const even = length & ~1;
    for (let i = 0; i < even; i += 2) {
      const x = values[offset + i] - decoded[i];
      const y = values[offset + i + 1] - decoded[i + 1];
      a += x * x;
      b += y * y;
    }
    if (even < length) a += (values[offset + even] - decoded[even]) ** 2;
    return a + b;
  }
  let next = offset;
  for (let i = 0; i < positions.length; i++) {
    const at = offset + positions[i];
    a += sumOfSquares(values, next, at) + (values[at] - decoded[i]) ** 2;
    next = at + 1;
  }
  return a + sumOfSquares(values, next, offset + length);
};

/** Below this part of ‖x‖² what a subtraction leaves has lost too many digits. */
const leastLeft = 1 / 64;

/**
 * ‖x−x̂‖². Where x̂ is sparse and most of ‖x‖² is at other coordinates, these are not looked at: ‖x‖² less the squares
 * at the decoded coordinates is theirs, with a relative error of at most 64 times that of ‖x‖², about 1e-12.
 * @param energy ‖x‖²
 */
export const distanceTo = (values: Float32Array, energy: number, pieces: readonly Piece[]): number => {
  if (areSparse(pieces)) {
    let there = 0;
    let lost = 0;
    for (const { offset, value } of pieces) {
      const { values: decoded } = value;
      const positions = value.positions as Uint32Array;
      for (let i = 0; i < positions.length; i++) {
        const x = values[offset + positions[i]];
        there += x * x;
        lost += (x - decoded[i]) ** 2;
      }
    }
    if (energy - there >= leastLeft * energy) return energy - there + lost;
  }
  return pieces.reduce((sum, piece) => sum + pieceDistance(values, piece), 0);
};
