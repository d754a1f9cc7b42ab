import { lowest } from './lowest.js';

/**
 * The nearest vector with exactly ⌊sparsity · n + ½⌋ zeros in each of some groups of n numbers: those of the smallest
 * magnitude become 0, of equal ones the first. Its projection is itself.
 * @param groups positions, ascending; what is in none of them stays
 */
export const sparseProjection = (
  values: Float32Array,
  groups: readonly Uint32Array[],
  sparsity: number,
): Float32Array => {
  const out = values.slice();
  const magnitudes = values.map(Math.abs);
  for (const positions of groups) {
    for (const position of lowest(positions, magnitudes, Math.round(sparsity * positions.length))) out[position] = 0;
  }
  return out;
};
