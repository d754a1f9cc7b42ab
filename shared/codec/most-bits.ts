/*
 * What entropy coders promise of long streams: bits a number of 10,000 independent ones or more, tables and headers aside. Where a
 * code would be longer than the plain numbers these are sent instead, so no promise need be above that.
 */

export interface MostBits {
  /** Of positions where each coordinate is kept with the probability p, 0 < p ≤ 1/2. */
  positions?(density: number): number;
  /** Of symbols with an entropy of so many bits each. */
  symbols?(entropy: number): number;
}

/** Entropy of positions, in bits each: h₂(p)/p. */
export const positionEntropy = (p: number): number => -Math.log2(p) - ((1 - p) / p) * (Math.log1p(-p) / Math.LN2);

/** Within 2 % of the entropy. */
export const nearEntropy: Required<MostBits> = {
  positions: (density) => 1.02 * positionEntropy(density),
  symbols: (entropy) => 1.02 * entropy,
};
