import { levelOf, type Grid } from '../../engine/grid.js';
import { filledBins, type FilledBins, type ValueCounts } from './counts.js';
import { makeGrid, type GridForm, type ValueRange } from './make-grid.js';

/** Ways to choose the range that a grid covers; what lies outside becomes its ends. */
export const calibrations = ['minmax', 'percentile', 'kl', 'mse'] as const;

export type Calibration = (typeof calibrations)[number];

export interface CalibrationOptions {
  readonly calibration: Calibration;
  /** Per cent of the values that lie below the upper end, and above the lower one; for `percentile`. */
  readonly percentile: number;
  readonly form: GridForm;
  readonly bits: number;
}

/** Candidates for the clip, from the largest magnitude down to a sixty-fourth of it: sixteen each time that it halves. */
const candidates = Array.from({ length: 97 }, (_, i) => 2 ** (-i / 16));

const whole = ({ least, largest }: ValueCounts): ValueRange => ({
  low: Math.min(0, least),
  high: Math.max(0, largest),
});

/** The range without magnitudes above a part of the largest: the longer tail is cut first. */
const shrunk = ({ low, high }: ValueRange, part: number): ValueRange => {
  const most = part * Math.max(-low, high);
  return { low: Math.max(low, -most), high: Math.min(high, most) };
};

/** The value below which a part of all values lies, to a bin's end; zeros count. @param part from 0 to 1 */
const quantile = (counts: ValueCounts, part: number): number => {
  const { bins, exponent, zeros } = counts;
  const half = bins.length / 2;
  const wanted = part * (bins.reduce((sum, count) => sum + count, zeros) - 1);
  let before = 0;
  for (let i = 0; i < bins.length; i++) {
    if (i === half) {
      before += zeros;
      if (before > wanted) return 0;
    }
    before += bins[i];
    if (before > wanted) return (i < half ? i - half : i + 1 - half) * 2 ** exponent;
  }
  return counts.largest;
};

const ofPercentile = (counts: ValueCounts, percentile: number): ValueRange => {
  const { low, high } = whole(counts);
  return {
    low: Math.max(low, Math.min(0, quantile(counts, 1 - percentile / 100))),
    high: Math.min(high, Math.max(0, quantile(counts, percentile / 100))),
  };
};

/** Σ count · (value − its level's)² over the bins: zeros are exact on every grid. */
const squaredError = ({ middles, counts }: FilledBins, grid: Grid): number => {
  const [[scale], [zeroPoint]] = [grid.scales, grid.zeroPoints];
  let sum = 0;
  for (let i = 0; i < middles.length; i++) {
    const value = scale * (levelOf(middles[i], scale, zeroPoint, grid) - zeroPoint);
    sum += counts[i] * (middles[i] - value) ** 2;
  }
  return sum;
};

/** Part of a value that a bin counts where quantization leaves it none, so that the divergence is finite. */
const unseen = 1e-4;

/**
 * The Kullback–Leibler divergence of the quantized distribution from the clipped one, in nats: the clipped one has what
 * lies outside in the bins at its ends, the quantized one spreads what a level got, without the outliers, evenly over
 * the level's bins (Migacz 2017, 8-bit Inference with TensorRT).
 */
const divergence = ({ middles, counts, total }: FilledBins, { low, high }: ValueRange, grid: Grid): number => {
  const first = middles.findIndex((middle) => middle >= low);
  const last = middles.findLastIndex((middle) => middle <= high);
  if (first === -1 || last < first) return Infinity;
  const size = last - first + 1;
  const levels = new Int32Array(size);
  const [sums, filled] = [new Map<number, number>(), new Map<number, number>()];
  let insiders = 0;
  for (let i = 0; i < size; i++) {
    const level = levelOf(middles[first + i], grid.scales[0], grid.zeroPoints[0], grid);
    levels[i] = level;
    sums.set(level, (sums.get(level) ?? 0) + counts[first + i]);
    filled.set(level, (filled.get(level) ?? 0) + 1);
    insiders += counts[first + i];
  }
  let [below, above] = [0, 0];
  for (let i = 0; i < first; i++) below += counts[i];
  for (let i = last + 1; i < counts.length; i++) above += counts[i];
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const clipped = counts[first + i] + (i === 0 ? below : 0) + (i === size - 1 ? above : 0);
    const spread = (sums.get(levels[i]) ?? 0) / (filled.get(levels[i]) ?? 1);
    sum += (clipped / total) * Math.log(clipped / total / (Math.max(unseen, spread) / insiders));
  }
  return sum;
};

const best = (counts: ValueCounts, { calibration, form, bits }: CalibrationOptions): ValueRange => {
  const bins = filledBins(counts);
  let [found, least] = [whole(counts), Infinity];
  for (const part of candidates) {
    const range = shrunk(whole(counts), part);
    const grid = makeGrid([range], form, bits);
    const error = calibration === 'mse' ? squaredError(bins, grid) : divergence(bins, range, grid);
    if (error < least) [found, least] = [range, error];
  }
  return found;
};

/** The range that a grid is to cover, found from counts alone; 0 is in it. Of no values, 0 alone. */
export const calibrate = (counts: ValueCounts, options: CalibrationOptions): ValueRange => {
  if (counts.least > counts.largest) return { low: 0, high: 0 };
  if (options.calibration === 'minmax') return whole(counts);
  if (options.calibration === 'percentile') return ofPercentile(counts, options.percentile);
  return best(counts, options);
};
