/* The standard Gaussian. */

export const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** Terms of the series and of the continued fraction; both have converged to 1e-15 where they are used. */
const terms = 120;

/** P(X > x) for x ≥ 0: Laplace's continued fraction far out, the power series of the distribution near 0. */
const tailAbove = (x: number): number => {
  if (x === Infinity) return 0;
  if (x > 3) {
    let fraction = x;
    for (let k = terms; k > 0; k--) fraction = x + k / fraction;
    return density(x) / fraction;
  }
  let term = x;
  let sum = x;
  for (let k = 1; k < terms; k++) {
    term *= (x * x) / (2 * k + 1);
    sum += term;
  }
  return 0.5 - density(x) * sum;
};

/** P(X > x). */
export const tail = (x: number): number => (x < 0 ? 1 - tailAbove(-x) : tailAbove(x));

/** The x that is exceeded with probability p, 0 < p < 1. */
export const exceededWith = (p: number): number => {
  let [low, high] = [-40, 40];
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (tail(middle) > p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
};

/** Mass and first moment between two places. */
export const cell = (from: number, to: number): { mass: number; moment: number } => ({
  mass: tail(from) - tail(to),
  moment: density(from) - (to === Infinity ? 0 : density(to)),
});
