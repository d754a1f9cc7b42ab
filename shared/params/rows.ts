/** Rows of a table [rows, size], one after the other. @param indices which rows; any may come again */
export const rowsOf = (table: Float32Array, indices: Int32Array, size: number): Float32Array => {
  const rows = new Float32Array(indices.length * size);
  for (const [i, index] of indices.entries()) rows.set(table.subarray(index * size, (index + 1) * size), i * size);
  return rows;
};
