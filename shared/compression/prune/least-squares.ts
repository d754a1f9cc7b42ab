/** Factor L of A = L Lᵀ, in place in the lower triangle. @param a [n, n], symmetric, positive definite */
const cholesky = (a: Float64Array, n: number): void => {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j];
    }
  }
};

/** Solves L Lᵀ X = B in place of B. @param b [n, m] */
const substitute = (l: Float64Array, b: Float64Array, n: number, m: number): void => {
  const subtract = (to: number, from: number, factor: number): void => {
    for (let c = 0; c < m; c++) b[to * m + c] -= factor * b[from * m + c];
  };
  const divide = (row: number, by: number): void => {
    for (let c = 0; c < m; c++) b[row * m + c] /= by;
  };
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) subtract(i, k, l[i * n + k]);
    divide(i, l[i * n + i]);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) subtract(i, k, l[k * n + i]);
    divide(i, l[i * n + i]);
  }
};

/** Numbers of two matrices' rows: A Bᵀ. @param a [n, k] @param b [m, k] */
const timesTransposed = (a: Float64Array, b: Float64Array, n: number, m: number, k: number): Float64Array => {
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < m; j++) {
      let sum = 0;
      for (let at = 0; at < k; at++) sum += a[i * k + at] * b[j * k + at];
      out[i * m + j] = sum;
    }
  }
  return out;
};

const transposed = (a: Float64Array, rows: number, columns: number): Float64Array => {
  const out = new Float64Array(a.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j];
  return out;
};

/** Adds part of the mean diagonal to the diagonal: the smaller the data, the nearer the solution to 0. */
const addRidge = (a: Float64Array, n: number, part: number): void => {
  let trace = 0;
  for (let i = 0; i < n; i++) trace += a[i * n + i];
  const ridge = part * (trace / n) + Number.MIN_VALUE ** 0.5;
  for (let i = 0; i < n; i++) a[i * n + i] += ridge;
};

/**
 * The D of least ‖R − X D‖² + ridge ‖D‖². What is solved is as large as X has columns or rows, whichever are fewer.
 * @param x [rows, columns]
 * @param r [rows, outputs]
 * @param ridge as part of the mean of the diagonal of Xᵀ X (or X Xᵀ); more than 0
 * @returns [columns, outputs]
 */
export const ridgeRegression = (
  x: Float64Array,
  r: Float64Array,
  { rows, columns, outputs }: { readonly rows: number; readonly columns: number; readonly outputs: number },
  ridge: number,
): Float64Array => {
  const xt = transposed(x, rows, columns);
  const rt = transposed(r, rows, outputs);
  if (columns <= rows) {
    const gram = timesTransposed(xt, xt, columns, columns, rows);
    addRidge(gram, columns, ridge);
    const solution = timesTransposed(xt, rt, columns, outputs, rows);
    cholesky(gram, columns);
    substitute(gram, solution, columns, outputs);
    return solution;
  }
  const gram = timesTransposed(x, x, rows, rows, columns);
  addRidge(gram, rows, ridge);
  cholesky(gram, rows);
  const weights = r.slice();
  substitute(gram, weights, rows, outputs);
  return timesTransposed(xt, transposed(weights, rows, outputs), columns, outputs, rows);
};
