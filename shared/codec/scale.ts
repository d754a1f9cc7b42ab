import type { BitReader } from '../util/bits.js';
import { CodedError } from '../util/errors.js';

/** The largest magnitude from `start` to before `end`; 0 where there is none. Four at once, as comparisons wait for each other. */
export const largestMagnitude = (values: Float32Array, start = 0, end = values.length): number => {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  const whole = start + ((end - start) & ~3);
  for (let i = start; i < whole; i += 4) {
    a = Math.max(a, Math.abs(values[i]));
    b = Math.max(b, Math.abs(values[i + 1]));
    c = Math.max(c, Math.abs(values[i + 2]));
    d = Math.max(d, Math.abs(values[i + 3]));
  }
  for (let i = whole; i < end; i++) a = Math.max(a, Math.abs(values[i]));
  return Math.max(a, b, c, d);
};

/** The mean magnitude as a float32; 0 of no values. */
export const meanMagnitude = (values: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]);
  return values.length === 0 ? 0 : Math.fround(sum / values.length);
};

export const rootMeanSquare = (values: Float32Array): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] * values[i];
  return values.length === 0 ? 0 : Math.sqrt(sum / values.length);
};

/** @returns the scale @throws CodedError `codec/bad-scale` where it is negative, infinite or NaN */
export const checkScale = (scale: number): number => {
  if (scale >= 0 && scale < Infinity && !Object.is(scale, -0)) return scale;
  throw new CodedError('codec/bad-scale', `A scale is ${scale}.`, {
    where: 'payload',
    hint: 'Scales are finite and not negative.',
  });
};

/** A float32 scale of a payload. @throws CodedError `codec/bad-scale`, `codec/truncated` */
export const readScale = (side: BitReader): number => checkScale(side.float32());

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** The largest bfloat16. */
const largestHalfWord = 0x7f7f;

/** The bits of the smallest bfloat16 that is not below a magnitude; above the largest one, the largest. */
export const bfloat16Above = (magnitude: number): number => {
  float[0] = magnitude;
  return Math.min(largestHalfWord, (word[0] >>> 16) + ((word[0] & 0xffff) > 0 ? 1 : 0));
};

/**
 * The bits of the nearest bfloat16 that is not above a number (`direction` −1) or not below it (1); beyond the largest one,
 * the largest.
 */
export const bfloat16Outward = (value: number, direction: -1 | 1): number => {
  if (Math.sign(value) === direction) return bfloat16Above(Math.abs(value)) | (value < 0 ? 0x8000 : 0);
  float[0] = value;
  return word[0] >>> 16;
};

export const fromBfloat16 = (bits: number): number => {
  word[0] = bits << 16;
  return float[0];
};
