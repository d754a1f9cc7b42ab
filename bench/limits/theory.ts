import { lloydMaxLevels } from '../../shared/codec/lloyd-max.js';
import { riceParameter } from '../../shared/codec/streams/rice.js';
import { cell, density, exceededWith } from './gaussian.js';

/*
 * What theory says of a source of independent standard Gaussian numbers. Rates are bits a number, errors NMSE.
 */

/** Shannon's bound on the error at a rate. */
export const shannon = (bits: number): number => 2 ** (-2 * bits);

export interface RatePoint {
  readonly bits: number;
  readonly nmse: number;
}

const log2Mass = (mass: number): number => (mass > 0 ? -mass * Math.log2(mass) : 0);

/** A scalar quantizer with equal cells but for that of 0, restored to the cells' means, and an ideal entropy code. */
export const entropyCoded = (step: number, zero: number): RatePoint => {
  const first = (zero * step) / 2;
  const { mass: inner } = cell(0, first);
  let bits = log2Mass(2 * inner);
  let kept = 0;
  for (let from = first; from < 12; from += step) {
    const { mass, moment } = cell(from, from + step);
    if (mass <= 0) break;
    bits += 2 * log2Mass(mass);
    kept += (2 * moment * moment) / mass;
  }
  return { bits, nmse: 1 - kept };
};

/** The least error of such quantizers at a rate. */
export const ecsq = (bits: number): number => {
  let best = 1;
  for (let zero = 0.9; zero <= 3; zero += 0.05) {
    let [low, high] = [1e-3, 60];
    for (let i = 0; i < 60; i++) {
      const step = Math.sqrt(low * high);
      if (entropyCoded(step, zero).bits > bits) low = step;
      else high = step;
    }
    best = Math.min(best, entropyCoded(high, zero).nmse);
  }
  return best;
};

/** How far b lies above the straight line from a to c; not above it where this is 0 or less. */
const above = (a: RatePoint, b: RatePoint, c: RatePoint): number =>
  (b.nmse - a.nmse) * (c.bits - a.bits) - (c.nmse - a.nmse) * (b.bits - a.bits);

/**
 * The lower hull of some points, bits ascending: what is reached by taking one code for a part of the numbers and another
 * for the rest.
 */
export const leastErrors = (points: readonly RatePoint[]): RatePoint[] => {
  const hull: RatePoint[] = [{ bits: 0, nmse: 1 }];
  for (const point of points.toSorted((a, b) => a.bits - b.bits || b.nmse - a.nmse)) {
    if (point.bits <= 0 || point.nmse <= 0 || point.nmse >= hull.at(-1)!.nmse) continue;
    while (hull.length > 1 && above(hull.at(-2)!, hull.at(-1)!, point) >= 0) hull.pop();
    hull.push(point);
  }
  return hull.slice(1);
};

/** {@link ecsq} as a line, from a hundredth of a bit to about fifteen. */
export const ecsqLine = (): RatePoint[] => {
  const steps = Array.from({ length: 60 }, (_, i) => 2 ** (4 - i / 4));
  const zeros = [1, 1.1, 1.2, 1.3, 1.5, 1.7, 2, 2.4];
  return leastErrors(steps.flatMap((step) => zeros.map((zero) => entropyCoded(step, zero))));
};

/** The best quantizer of 2^bits levels: its error and the entropy of its symbols. */
export const lloydMax = (bits: number): RatePoint => {
  const levels = lloydMaxLevels(bits);
  let entropy = 0;
  let kept = 0;
  levels.forEach((level, i) => {
    const from = i === 0 ? 0 : (levels[i - 1] + level) / 2;
    const to = i + 1 < levels.length ? (level + levels[i + 1]) / 2 : Infinity;
    const { mass, moment } = cell(from, to);
    entropy += 2 * log2Mass(mass);
    kept += (2 * moment * moment) / mass;
  });
  return { bits: entropy, nmse: 1 - kept };
};

/** EDEN at a whole number of bits, or below one: the error of an unbiased code made from the best quantizer. */
export const eden = (bits: number): number => {
  if (bits < 1) return Math.PI / 2 / bits - 1;
  const { nmse } = lloydMax(bits);
  return nmse / (1 - nmse);
};

const binaryEntropy = (p: number): number => log2Mass(p) + log2Mass(1 - p);

/** Keeping the part p of largest magnitude, as float32. */
export const topk = (p: number): RatePoint => {
  const threshold = exceededWith(p / 2);
  return { bits: binaryEntropy(p) + 32 * p, nmse: 1 - 2 * threshold * density(threshold) - p };
};

/** Keeping the part p of largest magnitude, as a sign and their mean. */
export const ternary = (p: number): RatePoint => {
  const moment = 2 * density(exceededWith(p / 2));
  return { bits: binaryEntropy(p) + p, nmse: 1 - (moment * moment) / p };
};

/** The bits that a position needs at density p. */
export const positionEntropy = (p: number): number => binaryEntropy(p) / p;

/** The mean of a length over the geometric law of gaps n ≥ 1. */
const meanOverGaps = (p: number, length: (n: number) => number): number => {
  let sum = 0;
  let left = 1;
  for (let n = 1; left > 1e-12; n++) {
    sum += left * p * length(n);
    left *= 1 - p;
  }
  return sum;
};

const log2Floor = (n: number): number => Math.floor(Math.log2(n));

/** Bits a position of each code. */
export const positionBits: Readonly<
  Record<'golomb' | 'eliasgamma' | 'eliasdelta' | 'varint' | 'bitmap', (p: number) => number>
> = {
  golomb: (p) => {
    const b = riceParameter(p);
    return b + 1 / (1 - (1 - p) ** (2 ** b));
  },
  eliasgamma: (p) => meanOverGaps(p, (n) => 2 * log2Floor(n) + 1),
  eliasdelta: (p) => meanOverGaps(p, (n) => log2Floor(n) + 2 * log2Floor(log2Floor(n) + 1) + 1),
  varint: (p) => meanOverGaps(p, (n) => 8 * (n === 1 ? 1 : 1 + Math.floor(log2Floor(n - 1) / 7))),
  bitmap: (p) => 1 / p,
};
