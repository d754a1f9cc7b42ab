import { CodedError } from '../util/errors.js';
import type { CodecState } from './codec.js';

/*
 * Error feedback (Seide et al. 2014; Stich, Cordonnier and Jaggi 2018; Karimireddy et al. 2019): what coding lost is
 * added to the next vector. The residual is accumulated − decoded in float32, where accumulated = vector + residual.
 */

/** The vector to code and its energies ‖v‖² (fresh) and ‖x‖² (with the residual). */
export interface Accumulated {
  readonly input: Float32Array;
  readonly freshEnergy: number;
  readonly inputEnergy: number;
}

const notFinite = (values: Float32Array): never => {
  const index = values.findIndex((value) => !Number.isFinite(value));
  throw new CodedError('codec/not-finite', `The vector has ${values[index]} at index ${index}.`, {
    where: `index ${index}`,
    hint: 'Only finite numbers are coded; a smaller learning rate may help.',
  });
};

/** Squares of floats can't overflow a double, so a sum that is not finite means that a number is not. */
const requireFinite = (energy: number, values: Float32Array): number =>
  Number.isFinite(energy) ? energy : notFinite(values);

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

/**
 * Adds the residual that the state holds, if any.
 * @throws CodedError `codec/not-finite`; `params/layout-mismatch` for a residual of another length
 */
export const accumulate = (fresh: Float32Array, state: CodecState): Accumulated => {
  const freshEnergy = energyOf(fresh);
  const { residual } = state;
  if (residual === undefined) return { input: fresh, freshEnergy, inputEnergy: freshEnergy };
  if (residual.length !== fresh.length) {
    throw new CodedError('params/layout-mismatch', `A residual has ${residual.length} numbers, not ${fresh.length}.`);
  }
  const input = new Float32Array(fresh.length);
  for (let i = 0; i < fresh.length; i++) input[i] = fresh[i] + residual[i];
  return { input, freshEnergy, inputEnergy: energyOf(input) };
};

/** ‖a − b‖², differences and sum in float64. */
export const distance = (a: Float32Array, b: Float32Array): number => {
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

/** The state after a coding: what the decoder will not see. */
export const residualState = (input: Float32Array, decoded: Float32Array): CodecState => {
  const residual = new Float32Array(input.length);
  for (let i = 0; i < input.length; i++) residual[i] = input[i] - decoded[i];
  return { residual };
};
