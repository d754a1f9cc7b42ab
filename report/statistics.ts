/** @returns the middle value, or the mean of the middle two; NaN of nothing */
export const median = (values: readonly number[]): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length === 0) return Number.NaN;
  if (sorted.length % 2 === 1 || sorted[middle - 1] === sorted[middle]) return sorted[middle];
  return (sorted[middle - 1] + sorted[middle]) / 2;
};

/** Median with the least and the greatest value: how repeats over seeds are shown. */
export interface Band {
  readonly median: number;
  readonly least: number;
  readonly greatest: number;
}

/** @returns null when there is no number */
export const bandOf = (values: readonly (number | null)[]): Band | null => {
  const numbers = values.filter((value): value is number => value !== null);
  if (numbers.length === 0) return null;
  return { median: median(numbers), least: Math.min(...numbers), greatest: Math.max(...numbers) };
};

/** @returns the median where null means "never": more than half of them null give null */
export const medianOrNever = (values: readonly (number | null)[]): number | null => {
  const middle = median(values.map((value) => value ?? Number.POSITIVE_INFINITY));
  return Number.isFinite(middle) ? middle : null;
};

/**
 * The Pareto front: points that no other point beats in cost and value at once. Equal points are all on it.
 * @returns indices, in ascending order of cost
 */
export const paretoFront = (points: readonly { cost: number; value: number }[]): number[] => {
  const order = points.map((_, index) => index);
  order.sort((a, b) => points[a].cost - points[b].cost || points[b].value - points[a].value);
  const front: number[] = [];
  for (const index of order) {
    const last = points[front.at(-1) ?? index];
    const isEqual = points[index].cost === last.cost && points[index].value === last.value;
    if (front.length === 0 || points[index].value > last.value || isEqual) front.push(index);
  }
  return front;
};

/** @returns at most `count` rows, evenly spread, the first and the last always among them */
export const thin = <T>(rows: readonly T[], count: number): readonly T[] => {
  if (rows.length <= count) return rows;
  const step = (rows.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => rows[Math.round(index * step)]);
};
