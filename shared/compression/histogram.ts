/** How often a tensor's numbers lie in bins of one width, those that are 0 apart. */
export interface WeightHistogram {
  /** The bins go from −limit to limit; the outermost hold what lies beyond too. */
  readonly limit: number;
  /** Numbers that are not 0, by bin. */
  readonly counts: readonly number[];
  readonly zeros: number;
}

/** Odd, so that the middle one has 0 in its middle. */
export const histogramBins = 81;

/** Room for weights that grow. */
const room = 2;

/** @param limit above 0; left out, or 0: twice the greatest magnitude */
export const histogramOf = (numbers: Float32Array, limit?: number): WeightHistogram => {
  const greatest = numbers.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const most = limit === undefined || limit === 0 ? room * greatest : limit;
  const counts = Array.from({ length: histogramBins }, () => 0);
  let zeros = 0;
  for (const value of numbers) {
    if (value === 0) {
      zeros++;
      continue;
    }
    const bin = Math.floor(((value / most + 1) / 2) * histogramBins);
    counts[Math.min(histogramBins - 1, Math.max(0, bin))]++;
  }
  return { limit: most, counts, zeros };
};
