/** λ from the largest downwards, each this part of the one before. */
const ratio = 0.93;
const lambdas = 100;
/** Sweeps over all coordinates for one λ at most. */
const sweeps = 50;
const tolerance = 1e-6;

/** One sweep of coordinate descent, in place. @param slack b − G β, kept up to date @returns the largest change */
const sweep = (gram: Float64Array, slack: Float64Array, beta: Float64Array, lambda: number): number => {
  const n = beta.length;
  let most = 0;
  for (let i = 0; i < n; i++) {
    const own = gram[i * n + i];
    if (own <= 0) continue;
    const target = slack[i] + own * beta[i];
    const next = (Math.sign(target) * Math.max(Math.abs(target) - lambda, 0)) / own;
    const change = next - beta[i];
    if (change === 0) continue;
    beta[i] = next;
    for (let j = 0; j < n; j++) slack[j] -= change * gram[j * n + i];
    most = Math.max(most, Math.abs(change));
  }
  return most;
};

/**
 * The lasso min ½ βᵀGβ − bᵀβ + λ‖β‖₁ for λ from the largest at which any β is not 0 downwards (coordinate descent with the
 * solution of the λ before as the start: Friedman et al., "Regularization Paths for Generalized Linear Models via Coordinate
 * Descent", 2010, section 2).
 * @param gram [n, n], symmetric, positive semidefinite
 * @returns of each β the largest λ, over the largest of all, at which it is not 0; 0 where it never is
 */
export const lassoEntries = (gram: Float64Array, b: Float64Array): Float64Array => {
  const entries = new Float64Array(b.length);
  const [beta, slack] = [new Float64Array(b.length), b.slice()];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0) return entries;
  for (let step = 1; step <= lambdas; step++) {
    const part = ratio ** step;
    for (let i = 0; i < sweeps && sweep(gram, slack, beta, part * largest) > tolerance; i++);
    for (const [i, value] of beta.entries()) if (value !== 0) entries[i] ||= part;
  }
  return entries;
};
