import { lowest } from '../prune/lowest.js';

/**
 * The positions of the `count` lowest scores, ascending. Of equal scores those go whose tie-breaker is lower, of equal ones
 * of these the positions that come first.
 * @param positions ascending
 * @param scores by position, finite
 * @param ties by position, finite
 */
export const lowestScores = (
  positions: Uint32Array,
  scores: Float32Array,
  ties: Float32Array,
  count: number,
): Uint32Array => {
  if (count <= 0) return new Uint32Array(0);
  const border = Float32Array.from(positions, (position) => scores[position]).sort()[count - 1];
  const below = positions.filter((position) => scores[position] < border);
  const equal = positions.filter((position) => scores[position] === border);
  const out = new Uint32Array(count);
  out.set(below);
  out.set(lowest(equal, ties, count - below.length), below.length);
  return out.sort();
};
