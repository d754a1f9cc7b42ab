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
  const sorted = Float32Array.from(positions, (position) => scores[position]).sort();
  const border = sorted[Math.min(count, sorted.length) - 1];
  const below = positions.filter((position) => scores[position] < border);
  const equal = positions.filter((position) => scores[position] === border);
  const taken = equal.sort((a, b) => ties[a] - ties[b] || a - b).subarray(0, count - below.length);
  const out = new Uint32Array(below.length + taken.length);
  out.set(below);
  out.set(taken, below.length);
  return out.sort();
};
