import { fromHalfBits, halfInfinity, halvesOf } from '../half.js';
import { largestMagnitude } from '../scale.js';
import { saturate } from '../value.js';

/** Half-precision numbers with their sign in the highest bit, times a common power of two. */
export interface Halves {
  readonly halves: Uint16Array;
  /** One number: the power of two. */
  readonly scale: Float32Array;
}

/** The least power of two by which the largest magnitude becomes a finite half. */
const scaleFor = (largest: number): number => {
  if (largest === 0) return 1;
  // Math.log2 may be off by one step at powers of two; the loops put it right.
  let exponent = Math.max(-126, Math.floor(Math.log2(largest)) - 15);
  while (exponent > -126 && largest * 2 ** -exponent < 2 ** 15) exponent--;
  while (largest * 2 ** -exponent >= 65520) exponent++;
  return 2 ** exponent;
};

/**
 * Rounds to half precision, ties to even: an error of at most max(2^−11 |x|, 2^−40 × the largest magnitude), or half a
 * denormal float32 in vectors of next to nothing.
 */
export const toHalves = (values: Float32Array): Halves => {
  const scale = scaleFor(largestMagnitude(values));
  const magnitudes = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) magnitudes[i] = Math.abs(values[i]) / scale;
  const halves = halvesOf(magnitudes);
  for (let i = 0; i < values.length; i++) if (values[i] < 0) halves[i] |= 0x8000;
  return { halves, scale: Float32Array.of(scale) };
};

/** All halves without their sign, made when first needed. */
let table: Float32Array | undefined;

export const fromHalves = ({ halves, scale: [scale] }: Halves): Float32Array => {
  table ??= Float32Array.from({ length: halfInfinity }, (_, bits) => fromHalfBits(bits));
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) {
    const magnitude = saturate(table[halves[i] & 0x7fff] * scale);
    values[i] = halves[i] & 0x8000 ? -magnitude : magnitude;
  }
  return values;
};
