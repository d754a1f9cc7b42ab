import { logGamma } from './entropy.js';

/*
 * Laws that magnitudes of updates are taken to follow, for thresholds that a wanted part of them exceeds (Abdelmoniem et al. 2021,
 * SIDCo, section 2). Only encoders use them: logarithms differ between machines.
 */

/** Of the amounts by which some magnitudes exceed a threshold. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** @returns null where fewer than two magnitudes exceed the threshold */
export const excessMoments = (values: Float32Array, threshold: number): Moments | null => {
  let count = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const excess = Math.abs(values[i]) - threshold;
    if (excess <= 0) continue;
    count++;
    sum += excess;
    squares += excess * excess;
  }
  if (count < 2) return null;
  const mean = sum / count;
  return { count, mean, variance: Math.max(0, squares / count - mean * mean) };
};

/** The mean of the logarithms of what is not zero. */
export const meanLogarithm = (values: Float32Array): number => {
  let count = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    count++;
    sum += Math.log(Math.abs(values[i]));
  }
  return count === 0 ? 0 : sum / count;
};

/* Quantiles: what a part of the excesses exceeds. */

export const exponentialQuantile = ({ mean }: Moments, part: number): number => -mean * Math.log(part);

/** Generalized Pareto, fitted to mean and variance. */
export const paretoQuantile = (moments: Moments, part: number): number => {
  const { mean, variance } = moments;
  const ratio = (mean * mean) / variance;
  const shape = 0.5 * (1 - ratio);
  if (!Number.isFinite(ratio) || Math.abs(shape) < 1e-6) return exponentialQuantile(moments, part);
  return (0.5 * mean * (1 + ratio) * (part ** -shape - 1)) / shape;
};

const quantileSteps = 4;

/** Gamma, fitted to mean and mean logarithm (Minka 2002); the tail is x^(a − 1) e^−x / Γ(a), its first term. */
export const gammaQuantile = (moments: Moments, logarithm: number, part: number): number => {
  const { mean } = moments;
  const spread = Math.log(mean) - logarithm;
  if (!(spread > 1e-9)) return exponentialQuantile(moments, part);
  const shape = (3 - spread + Math.sqrt((spread - 3) ** 2 + 24 * spread)) / (12 * spread);
  const start = -Math.log(part) - logGamma(shape);
  let x = Math.max(start, 1e-3);
  for (let step = 0; step < quantileSteps; step++) x = Math.max(start + (shape - 1) * Math.log(x), 1e-3);
  return (x * mean) / shape;
};
