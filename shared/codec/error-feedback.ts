import { CodedError } from '../util/errors.js';
import type { CodecState } from './codec.js';

/*
 * Error feedback (Seide et al. 2014; Stich, Cordonnier and Jaggi 2018; Karimireddy et al. 2019): what coding lost is
 * added to the next vector. The residual is accumulated − decoded in float32, where accumulated = vector + residual.
 * Sums have two lanes, of even and of odd indices, so that one addition does not wait for the other.
 */

/** The vector to code and its energies ‖v‖² (fresh) and ‖x‖² (with the residual). */
export interface Accumulated {
  readonly input: Float32Array;
  readonly freshEnergy: number;
  readonly inputEnergy: number;
}

/** What a coding lost: ‖x−x̂‖² and ‖v−x̂‖², and x − x̂ where it is kept. */
export interface Settled {
  readonly errorEnergy: number;
  readonly freshErrorEnergy: number;
  readonly state: CodecState;
}

/** Squares of floats can't overflow a double, so a sum that is not finite means that a number is not. */
const requireFinite = (energy: number, values: Float32Array): number => {
  if (Number.isFinite(energy)) return energy;
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new CodedError('codec/not-finite', `The vector has ${values[index]} at index ${index}.`, {
    where: `index ${index}`,
    hint: 'Only finite numbers are coded; a smaller learning rate may help.',
  });
};

const energyOf = (values: Float32Array): number => {
  const even = values.length & ~1;
  let a = 0;
  let b = 0;
  for (let i = 0; i < even; i += 2) {
    a += values[i] * values[i];
    b += values[i + 1] * values[i + 1];
  }
  if (even < values.length) a += values[even] * values[even];
  return requireFinite(a + b, values);
};

const addResidual = (fresh: Float32Array, residual: Float32Array): Accumulated => {
  const input = new Float32Array(fresh.length);
  const even = fresh.length & ~1;
  let freshA = 0;
  let freshB = 0;
  let inputA = 0;
  let inputB = 0;
  for (let i = 0; i < even; i += 2) {
    const a = fresh[i];
    const b = fresh[i + 1];
    const sumA = Math.fround(a + residual[i]);
    const sumB = Math.fround(b + residual[i + 1]);
    input[i] = sumA;
    input[i + 1] = sumB;
    freshA += a * a;
    freshB += b * b;
    inputA += sumA * sumA;
    inputB += sumB * sumB;
  }
  if (even < fresh.length) {
    input[even] = fresh[even] + residual[even];
    freshA += fresh[even] * fresh[even];
    inputA += input[even] * input[even];
  }
  const freshEnergy = requireFinite(freshA + freshB, fresh);
  return { input, freshEnergy, inputEnergy: requireFinite(inputA + inputB, input) };
};

/**
 * Adds the residual that the state holds, if any.
 * @throws CodedError `codec/not-finite`; `params/layout-mismatch` for a residual of another length
 */
export const accumulate = (fresh: Float32Array, { residual }: CodecState): Accumulated => {
  if (residual === undefined) {
    const energy = energyOf(fresh);
    return { input: fresh, freshEnergy: energy, inputEnergy: energy };
  }
  if (residual.length !== fresh.length) {
    throw new CodedError('params/layout-mismatch', `A residual has ${residual.length} numbers, not ${fresh.length}.`);
  }
  return addResidual(fresh, residual);
};

const distance = (a: Float32Array, b: Float32Array): number => {
  const even = a.length & ~1;
  let first = 0;
  let second = 0;
  for (let i = 0; i < even; i += 2) {
    const x = a[i] - b[i];
    const y = a[i + 1] - b[i + 1];
    first += x * x;
    second += y * y;
  }
  if (even < a.length) first += (a[even] - b[even]) ** 2;
  return first + second;
};

/** What a coding without error feedback lost. */
export const settle = (input: Float32Array, decoded: Float32Array): Settled => {
  const errorEnergy = distance(input, decoded);
  return { errorEnergy, freshErrorEnergy: errorEnergy, state: {} };
};

/** What a coding lost, with the residual for the next one. `input` is overwritten where it is not `fresh` itself. */
export const settleWithFeedback = (fresh: Float32Array, input: Float32Array, decoded: Float32Array): Settled => {
  // The sum with the old residual is needed no more, so its memory serves for the new one.
  const residual = input === fresh ? new Float32Array(input.length) : input;
  const even = input.length & ~1;
  let errorA = 0;
  let errorB = 0;
  let freshA = 0;
  let freshB = 0;
  for (let i = 0; i < even; i += 2) {
    const decodedA = decoded[i];
    const decodedB = decoded[i + 1];
    const a = input[i] - decodedA;
    const b = input[i + 1] - decodedB;
    const c = fresh[i] - decodedA;
    const d = fresh[i + 1] - decodedB;
    residual[i] = a;
    residual[i + 1] = b;
    errorA += a * a;
    errorB += b * b;
    freshA += c * c;
    freshB += d * d;
  }
  if (even < input.length) {
    const left = input[even] - decoded[even];
    residual[even] = left;
    errorA += left * left;
    freshA += (fresh[even] - decoded[even]) ** 2;
  }
  return { errorEnergy: errorA + errorB, freshErrorEnergy: freshA + freshB, state: { residual } };
};
