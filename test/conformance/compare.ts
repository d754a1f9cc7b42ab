import type { CompiledNetwork } from '../../shared/models/network.js';
import type { PlacedTensor } from '../../shared/params/layout.js';

const largest = ({ offset, size }: PlacedTensor, value: (i: number) => number): number => {
  let most = 0;
  for (let i = offset; i < offset + size; i++) {
    const size = Math.abs(value(i));
    if (Number.isNaN(size)) return Number.NaN;
    if (size > most) most = size;
  }
  return most;
};

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Of a float32 number. */
const unitInLastPlace = (value: number): number => {
  float[0] = Math.abs(value);
  const below = float[0];
  bits[0]++;
  return float[0] - below;
};

/**
 * The largest difference of each tensor, over the tensor's largest change from `start`; NaN if a value is.
 *
 * Some tensors have no gradient, as a bias before a normalization: what is left of it is rounding, and is measured
 * against the change of the whole network. And parameters are float32 numbers: each step rounds them.
 * @param steps what their rounding may have done, half a unit in the last place each, is no difference
 * @param least share of the largest change below which a tensor's change is rounding
 */
export const relativeDifference = (
  { layout }: CompiledNetwork,
  start: ArrayLike<number>,
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
  steps: number,
  least = 1e-6,
): number => {
  const rounding = (i: number): number => (steps * unitInLastPlace(expected[i])) / 2;
  const changes = layout.tensors.map((tensor) => largest(tensor, (i) => expected[i] - start[i]));
  const most = Math.max(...changes);
  const differences = layout.tensors.map((tensor, t) => {
    const difference = largest(tensor, (i) => Math.max(0, Math.abs(actual[i] - expected[i]) - rounding(i)));
    const change = changes[t] < least * most ? most : changes[t];
    // A tensor of which nothing should change, and did not.
    return difference === 0 ? 0 : difference / change;
  });
  return differences.some(Number.isNaN) ? Number.NaN : Math.max(...differences);
};

/** The largest difference over the largest value, or over 1 where all values are smaller; NaN if one is. */
export const largestDifference = (expected: ArrayLike<number>, actual: ArrayLike<number>): number => {
  if (expected.length !== actual.length) return Number.NaN;
  let [difference, value] = [0, 1];
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i] - expected[i]);
    if (Number.isNaN(distance)) return Number.NaN;
    difference = Math.max(difference, distance);
    value = Math.max(value, Math.abs(expected[i]));
  }
  return difference / value;
};

export const bitsOf = (floats: Float32Array): Uint32Array => new Uint32Array(floats.slice().buffer);
