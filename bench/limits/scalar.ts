import { leastErrors, type RatePoint } from './theory.js';

/* What a scalar quantizer with an ideal entropy code makes of given numbers: the empirical form of `entropyCoded`. */

const energyOf = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);

/**
 * Equal cells but for that of 0, each restored to the mean magnitude of what fell into it; the rate is the entropy of the
 * cells.
 * @param step width of a cell
 * @param zero width of the cell of 0 in steps
 */
export const scalarQuantized = (values: Float32Array, step: number, zero: number): RatePoint => {
  const first = (zero * step) / 2;
  const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const cells = Math.max(0, Math.floor((greatest - first) / step)) + 1;
  const counts = new Float64Array(cells);
  const sums = new Float64Array(cells);
  let zeros = 0;
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (magnitude < first) zeros++;
    else {
      const at = Math.floor((magnitude - first) / step);
      counts[at]++;
      sums[at] += magnitude;
    }
  }
  const part = (count: number): number => (-count / values.length) * Math.log2(count / values.length);
  let bits = zeros === 0 ? 0 : part(zeros);
  let kept = 0;
  counts.forEach((count, at) => {
    if (count === 0) return;
    // A bit for the sign.
    bits += part(count) + count / values.length;
    kept += (sums[at] * sums[at]) / count;
  });
  return { bits, nmse: Math.max(0, 1 - kept / energyOf(values)) };
};

/** Steps over the root mean square: from about a hundredth of a bit to about ten. */
const steps = Array.from({ length: 56 }, (_, i) => 2 ** (5.5 - i / 4));

const zeros = [1, 1.4, 2];

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * The least errors of such quantizers, one for all vectors with steps over each one's root mean square: means over the
 * vectors, bits ascending.
 */
export const scalarLine = (vectors: readonly Float32Array[]): RatePoint[] => {
  const sizes = vectors.map((values) => Math.sqrt(energyOf(values) / values.length));
  return leastErrors(
    steps.flatMap((step) =>
      zeros.map((zero) => {
        const points = vectors.map((values, i) => scalarQuantized(values, step * sizes[i], zero));
        return { bits: mean(points.map(({ bits }) => bits)), nmse: mean(points.map(({ nmse }) => nmse)) };
      }),
    ),
  );
};
