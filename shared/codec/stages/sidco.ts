import { z } from 'zod';
import {
  excessMoments,
  exponentialQuantile,
  gammaQuantile,
  meanLogarithm,
  paretoQuantile,
  type Moments,
} from '../magnitude-laws.js';
import { positionsAbove } from '../positions-above.js';
import { explicitSparsifier } from '../sparsifier.js';
import { defineTransform } from '../stage-interface.js';
import { topPositions } from '../top-positions.js';
import { keptCount } from './topk.js';

const options = z.strictObject({
  fraction: z.number().gt(0).lt(1).default(0.01).describe('part of the coordinates that is to be kept, 0 < v < 1'),
  law: z
    .enum(['exponential', 'gamma', 'pareto'])
    .default('exponential')
    .describe(
      'what magnitudes are taken to follow: exponential; gamma, and generalized Pareto from the second fit on; generalized Pareto',
    ),
  stages: z
    .int()
    .min(1)
    .max(8)
    .default(3)
    .describe('fits, each on what is above the threshold of the one before, 1 to 8'),
});

type Options = z.infer<typeof options>;

/** Part that each fit but the last keeps of what is above the threshold before. */
const stagePart = 0.25;

/** A count is near enough to be looked at no further, or to be sent. */
const [goodTolerance, worstTolerance] = [0.1, 0.2];
const mostCorrections = 4;

const misses = (count: number, wanted: number): number => Math.abs(count / wanted - 1);

/** What a part of the excesses over a threshold exceeds. */
const quantile = (law: Options['law'], isFirst: boolean, values: Float32Array, moments: Moments, part: number) => {
  if (law === 'exponential') return exponentialQuantile(moments, part);
  if (law === 'gamma' && isFirst) return gammaQuantile(moments, meanLogarithm(values), part);
  return paretoQuantile(moments, part);
};

const estimated = (values: Float32Array, wanted: number, { law, stages }: Options): number => {
  let threshold = 0;
  for (let stage = 1; stage <= stages; stage++) {
    const moments = excessMoments(values, threshold);
    if (moments === null || moments.count <= wanted) break;
    const left = wanted / moments.count;
    const part = stage === stages ? left : Math.max(left, stagePart);
    threshold += quantile(law, stage === 1, values, moments, part);
    if (part === left) break;
  }
  return threshold;
};

/** Looks how many are kept, and moves the threshold as if what is above it were exponential, until that is near enough. */
const corrected = (values: Float32Array, estimate: number, wanted: number): number => {
  let threshold = estimate;
  for (let pass = 0; pass < mostCorrections; pass++) {
    const moments = excessMoments(values, threshold);
    if (moments === null || misses(moments.count, wanted) <= goodTolerance) break;
    threshold = Math.max(0, threshold + moments.mean * Math.log(moments.count / wanted));
  }
  return threshold;
};

const select = (values: Float32Array, chosen: Options): Uint32Array => {
  const wanted = keptCount(chosen.fraction, values.length);
  const kept = positionsAbove(values, corrected(values, estimated(values, wanted, chosen), wanted));
  return misses(kept.length, wanted) <= worstTolerance ? kept : topPositions(values, wanted);
};

/**
 * Keeps what is above a threshold that a law fitted to the magnitudes says will keep the wanted part. Where no law fits, as with
 * many equal magnitudes, top-k decides: so what is kept is never far from what was asked for.
 */
export const sidco = defineTransform({
  name: 'sidco',
  code: 84,
  role: 'sparsifier',
  summary: 'keeps magnitudes above a threshold estimated from a fitted law',
  takes: ['dense'],
  gives: 'sparse',
  support: 'explicit',
  bits: 'positions, and the values of the kept, whose number varies by 20 % at most',
  bias: 'biased, as top-k of what it keeps: within 10 % of the wanted number on Laplace, Gaussian and Pareto values, within 20 % on all; use error feedback',
  paper:
    'Abdelmoniem et al. 2021, An Efficient Statistical-based Gradient Compression Technique for Distributed Training Systems',
  options,
  shorthand: 'fraction',
  create: (chosen) =>
    explicitSparsifier(
      (values) => select(values, chosen),
      (length) => Math.min(length, Math.floor((1 + worstTolerance) * keptCount(chosen.fraction, length))),
    ),
});
