import type { RandomStream } from '../../util/random.js';

/** Uniform on (0, 1], a multiple of 2^−53: near 1 the logarithm must not jump, as it is divided by alpha. */
const positiveUniform = (stream: RandomStream): number => {
  const high = stream.uint32();
  const low = stream.uint32() >>> 11;
  return (high * 2 ** 21 + low + 1) * 2 ** -53;
};

/** Logarithm of a Gamma(shape, 1) number for a shape from 1 on (Marsaglia and Tsang 2000). */
const logGammaFromOne = (shape: number, stream: RandomStream): number => {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = stream.normal();
    const root = 1 + c * normal;
    if (root <= 0) continue;
    const v = root * root * root;
    const logV = Math.log(v);
    if (Math.log(positiveUniform(stream)) < (normal * normal) / 2 + d - d * v + d * logV) return Math.log(d) + logV;
  }
};

/**
 * Logarithm of a Gamma(alpha, 1) number. Below 1 it is Gamma(alpha + 1) × U^(1/alpha) (Marsaglia and Tsang 2000);
 * as a logarithm it stays finite where the number itself would underflow to 0, from alpha ≈ 0.01 down.
 */
export const logGamma = (alpha: number, stream: RandomStream): number =>
  alpha >= 1
    ? logGammaFromOne(alpha, stream)
    : logGammaFromOne(alpha + 1, stream) + Math.log(positiveUniform(stream)) / alpha;

/**
 * A draw from the symmetric Dirichlet distribution, as logarithms that are not normalized: the share of k is
 * exp(log[k]) / Σ exp(log[j]). Every logarithm is finite.
 * @param alpha concentration, > 0
 */
export const dirichletLogs = (length: number, alpha: number, stream: RandomStream): Float64Array => {
  const logs = new Float64Array(length);
  for (let at = 0; at < length; at++) logs[at] = logGamma(alpha, stream);
  return logs;
};

/** @returns shares that sum to 1; the largest is never 0. */
export const sharesOf = (logs: Float64Array): Float64Array => {
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const shares = logs.map((log) => Math.exp(log - most));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
};

/**
 * Rounds n × shares to whole numbers that sum to n. Each is the number below or above, and right in the mean over the
 * stream (systematic sampling in random order), so many small shares are neither lost nor rounded in step.
 */
export const apportion = (n: number, shares: Float64Array, stream: RandomStream): Int32Array => {
  const counts = new Int32Array(shares.length);
  const order = stream.shuffle(Int32Array.from(shares.keys()));
  const start = stream.uniform();
  let sum = 0;
  let before = 0;
  order.forEach((at, turn) => {
    sum += shares[at];
    // The sum of all shares is 1 but for rounding; the end is set so that the counts add up to n.
    const until = turn === order.length - 1 ? n : Math.min(n, Math.floor(n * sum + start));
    counts[at] = until - before;
    before = until;
  });
  return counts;
};
