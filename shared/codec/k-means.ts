import type { Histogram } from './value-histogram.js';

/* k-means of numbers (Lloyd 1982), on a histogram: its steps cost what the bins cost, however many values there are. */

const mostSteps = 50;
/** A step that lowers the error by less than this part of it is the last. */
const leastGain = 1e-6;

/** From the least to the greatest value: where a uniform quantizer has its levels. */
const evenStart = ({ means }: Histogram, count: number): Float64Array => {
  const lowest = means[0];
  const range = means[means.length - 1] - lowest;
  return Float64Array.from({ length: count }, (_, i) => lowest + (range * i) / Math.max(1, count - 1));
};

/** Quantiles of the cube root of the density: where many levels lie best (Panter and Dite 1951). */
const quantileStart = ({ counts, means }: Histogram, count: number): Float64Array => {
  const last = means.length - 1;
  const width = (i: number): number => means[Math.min(last, i + 1)] - means[Math.max(0, i - 1)];
  const weights = Float64Array.from(counts, (inBin, i) => Math.cbrt(inBin * width(i) ** 2));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const out = new Float64Array(count);
  let bin = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const wanted = (total * (i + 0.5)) / count;
    while (bin < last && before + weights[bin] < wanted) before += weights[bin++];
    out[i] = means[bin];
  }
  return out;
};

/** Makes the centre nearest to zero zero. */
const pinZero = (centers: Float64Array): void => {
  let nearest = 0;
  for (let i = 1; i < centers.length; i++) if (Math.abs(centers[i]) < Math.abs(centers[nearest])) nearest = i;
  centers[nearest] = 0;
};

interface Clustering {
  readonly centers: Float64Array;
  /** Σ count (mean − centre)² over the bins. */
  readonly error: number;
}

/** Gives each bin to its nearest centre and moves the centres to the means of what they got; empty ones and a pinned zero stay. */
const step = ({ counts, means }: Histogram, before: Float64Array, keepsZero: boolean): Clustering => {
  const sums = new Float64Array(before.length);
  const weights = new Float64Array(before.length);
  let error = 0;
  for (let bin = 0, at = 0; bin < means.length; bin++) {
    const mean = means[bin];
    while (at + 1 < before.length && Math.abs(before[at + 1] - mean) <= Math.abs(before[at] - mean)) at++;
    error += counts[bin] * (mean - before[at]) ** 2;
    sums[at] += counts[bin] * mean;
    weights[at] += counts[bin];
  }
  const centers = before.map((center, i) =>
    weights[i] === 0 || (keepsZero && center === 0) ? center : sums[i] / weights[i],
  );
  // Of two that were the same one stays, and the other may pass it.
  return { centers: centers.sort(), error };
};

const descend = (histogram: Histogram, start: Float64Array, keepsZero: boolean): Clustering => {
  if (keepsZero) pinZero(start);
  let best = step(histogram, start, keepsZero);
  for (let i = 1; i < mostSteps; i++) {
    const next = step(histogram, best.centers, keepsZero);
    const gain = best.error - next.error;
    best = next;
    if (gain <= leastGain * next.error) break;
  }
  return best;
};

/**
 * Centres of at most so many clusters, ascending and different; at least one. The better of two starts: even levels, so that it is
 * no worse than a uniform quantizer, and quantiles.
 * @param keepsZero whether one of them is 0
 */
export const kMeans = (histogram: Histogram, count: number, keepsZero: boolean): Float64Array => {
  const { means } = histogram;
  if (means.length === 0) return Float64Array.of(0);
  const found =
    means.length <= count
      ? means
      : [evenStart, quantileStart]
          .map((start) => descend(histogram, start(histogram, count), keepsZero))
          .reduce((best, other) => (other.error < best.error ? other : best)).centers;
  return found.filter((center, i) => i === 0 || center > found[i - 1]);
};
