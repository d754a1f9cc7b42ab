import { z } from 'zod';
import { explicitSparsifier } from '../sparsifier.js';
import { defineTransform } from '../stage-interface.js';

const options = z.strictObject({
  fraction: z.number().gt(0).lt(1).default(0.01).describe('part of the coordinates that is to be kept, 0 < v < 1'),
  law: z
    .enum(['exponential', 'pareto'])
    .default('exponential')
    .describe('what magnitudes are taken to follow: exponential or generalized Pareto'),
  stages: z
    .int()
    .min(1)
    .max(8)
    .default(3)
    .describe('fits, each on what is above the threshold of the one before, 1 to 8'),
});

/** Part that each fit but the last keeps. */
const firstPart = 0.25;

const tolerance = 0.1;
const mostCorrections = 4;

interface Moments {
  readonly count: number;
  readonly mean: number;
  readonly variance: number;
}

/** Moments of what magnitudes exceed a threshold by. */
const excessMoments = (values: Float32Array, threshold: number): Moments | null => {
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

/** What is exceeded by a part of what exceeds the threshold, under each law. */
const quantiles = {
  exponential: ({ mean }: Moments, part: number): number => -mean * Math.log(part),
  pareto: ({ mean, variance }: Moments, part: number): number => {
    const ratio = variance > 0 ? (mean * mean) / variance : Infinity;
    const shape = 0.5 * (1 - ratio);
    const scale = 0.5 * mean * (1 + ratio);
    return Number.isFinite(ratio) && Math.abs(shape) > 1e-6
      ? (scale * (part ** -shape - 1)) / shape
      : -mean * Math.log(part);
  },
};

/** Looks how many are kept, and moves the threshold as if what is above it were exponential, until that is near enough. */
const corrected = (values: Float32Array, estimate: number, wanted: number): number => {
  let threshold = estimate;
  for (let pass = 0; pass < mostCorrections; pass++) {
    const moments = excessMoments(values, threshold);
    if (moments === null || Math.abs(moments.count / wanted - 1) <= tolerance) break;
    threshold = Math.max(0, threshold + moments.mean * Math.log(moments.count / wanted));
  }
  return threshold;
};

const thresholdOf = (values: Float32Array, { fraction, law, stages }: z.infer<typeof options>): number => {
  let threshold = 0;
  let left = fraction;
  for (let stage = 1; stage <= stages; stage++) {
    const isLast = stage === stages || left >= firstPart;
    const part = isLast ? left : firstPart;
    const moments = excessMoments(values, threshold);
    if (moments === null) break;
    threshold += quantiles[law](moments, part);
    if (isLast) break;
    left /= firstPart;
  }
  return corrected(values, threshold, fraction * values.length);
};

const above = (values: Float32Array, threshold: number): Uint32Array => {
  const kept: number[] = [];
  for (let i = 0; i < values.length; i++) if (Math.abs(values[i]) > threshold) kept.push(i);
  return Uint32Array.from(kept);
};

/** Keeps what is above a threshold that a law fitted to the magnitudes says will keep the wanted part. */
export const sidco = defineTransform({
  name: 'sidco',
  code: 84,
  role: 'sparsifier',
  summary: 'keeps magnitudes above a threshold estimated from a fitted law',
  takes: ['dense'],
  gives: 'sparse',
  support: 'explicit',
  bits: 'positions, and the values of the kept, whose number varies',
  bias: 'biased, as top-k of what it keeps, about the wanted number: within 10 % on Laplace, Gaussian and Pareto values; use error feedback',
  paper:
    'Abdelmoniem et al. 2021, An Efficient Statistical-based Gradient Compression Technique for Distributed Training Systems',
  options,
  shorthand: 'fraction',
  create: (chosen) =>
    explicitSparsifier(
      (values) => above(values, thresholdOf(values, chosen)),
      (length) => length,
    ),
});
