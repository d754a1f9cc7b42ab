import { CodedError } from '../../util/errors.js';

/* Counts of values in equal bins whose width is a power of two: counts of different widths add up exactly. */

/** Bins of the positive values, and of the negative ones. */
export const binsOfSign = 2048;

/** How often values came up. Plain data: what many counted adds up with {@link mergeCounts}. */
export interface ValueCounts {
  /** A bin is 2^exponent wide; the whole reaches from −2048 to 2048 bins' widths. */
  readonly exponent: number;
  /** Bin i counts values other than 0 from (i − 2048) · 2^exponent to below (i − 2047) · 2^exponent; 4096 bins. */
  readonly bins: Float64Array;
  readonly zeros: number;
  /** Infinity and −Infinity of no values. */
  readonly least: number;
  readonly largest: number;
}

/** A float32's is −149 at least. */
export const leastExponent = -160;

/** The smallest power of two of which 2048 reach beyond a magnitude. */
const exponentFor = (magnitude: number): number => {
  if (magnitude === 0) return leastExponent;
  let exponent = Math.floor(Math.log2(magnitude)) - 10;
  // The logarithm is rounded: a border may be on the wrong side.
  while (magnitude >= binsOfSign * 2 ** exponent) exponent++;
  while (exponent > leastExponent && magnitude < binsOfSign * 2 ** (exponent - 1)) exponent--;
  return Math.max(leastExponent, exponent);
};

/**
 * Counts every `stride`-th value from `start`.
 * @throws CodedError `compression/impossible` where one is not a finite number
 */
export const countValues = (values: Float32Array, start = 0, stride = 1): ValueCounts => {
  let [zeros, sum, least, largest] = [0, 0, Infinity, -Infinity];
  for (let i = start; i < values.length; i += stride) {
    const value = values[i];
    if (value < least) least = value;
    if (value > largest) largest = value;
    sum += value;
  }
  // Infinite numbers and NaN stay in a sum; those of float32 never overflow it.
  if (!Number.isFinite(sum)) {
    throw new CodedError('compression/impossible', 'A value that is counted is not a finite number.', {
      hint: 'Take a model whose training did not diverge.',
    });
  }
  const exponent = exponentFor(Math.max(0, -least, largest));
  const bins = new Float64Array(2 * binsOfSign);
  const perWidth = 2 ** -exponent;
  for (let i = start; i < values.length; i += stride) {
    if (values[i] === 0) zeros++;
    else bins[Math.floor(values[i] * perWidth) + binsOfSign]++;
  }
  // −0 becomes 0, so that the order of values makes no difference.
  return { exponent, bins, zeros, least: least + 0, largest: largest + 0 };
};

/** Of no values. */
export const noCounts = (): ValueCounts => countValues(new Float32Array(0));

/** The same counts in wider bins: each is the sum of those that lie in it. */
const widened = ({ exponent, bins }: ValueCounts, wanted: number): Float64Array => {
  if (wanted === exponent) return bins;
  const wider = new Float64Array(bins.length);
  const ratio = 2 ** (wanted - exponent);
  for (let i = 0; i < bins.length; i++) wider[Math.floor((i - binsOfSign) / ratio) + binsOfSign] += bins[i];
  return wider;
};

/** The counts of all values of both, in any order the same to the bit. */
export const mergeCounts = (a: ValueCounts, b: ValueCounts): ValueCounts => {
  const exponent = Math.max(a.exponent, b.exponent);
  const other = widened(b, exponent);
  return {
    exponent,
    bins: widened(a, exponent).map((count, i) => count + other[i]),
    zeros: a.zeros + b.zeros,
    least: Math.min(a.least, b.least),
    largest: Math.max(a.largest, b.largest),
  };
};

/** Bins with values in them, by their middles; 0 for the values that are 0. */
export interface FilledBins {
  readonly middles: Float64Array;
  readonly counts: Float64Array;
  readonly total: number;
}

/** The bins with values in them, ascending, without the zeros. */
export const filledBins = ({ exponent, bins }: ValueCounts): FilledBins => {
  const filled = Array.from(bins.keys()).filter((i) => bins[i] > 0);
  const width = 2 ** exponent;
  return {
    middles: Float64Array.from(filled, (i) => (i - binsOfSign + 0.5) * width),
    counts: Float64Array.from(filled, (i) => bins[i]),
    total: filled.reduce((sum, i) => sum + bins[i], 0),
  };
};

/** How many values were counted. */
export const totalOf = ({ bins, zeros }: ValueCounts): number => bins.reduce((sum, count) => sum + count, zeros);
