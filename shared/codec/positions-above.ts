/** Positions of magnitudes above a threshold, ascending. */
export const positionsAbove = (values: Float32Array, threshold: number): Uint32Array => {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > threshold) count++;
  const positions = new Uint32Array(count);
  for (let i = 0, at = 0; at < count; i++) if (Math.abs(values[i]) > threshold) positions[at++] = i;
  return positions;
};
