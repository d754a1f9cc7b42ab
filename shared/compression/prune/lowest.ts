/**
 * The positions of the `count` lowest scores; of equal ones those that come first.
 * @param positions ascending
 * @param scores by position; none is NaN
 */
export const lowest = (positions: Uint32Array, scores: Float32Array | Float64Array, count: number): Uint32Array => {
  if (count <= 0) return new Uint32Array(0);
  const sorted = Float64Array.from(positions, (position) => scores[position]).sort();
  const threshold = sorted[Math.min(count, sorted.length) - 1];
  let equal = count - positions.reduce((below, position) => below + (scores[position] < threshold ? 1 : 0), 0);
  return positions.filter(
    (position) => scores[position] < threshold || (scores[position] === threshold && equal-- > 0),
  );
};
