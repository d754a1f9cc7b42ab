import { RandomStream } from '../../shared/util/random.js';

/**
 * Draws a cohort, every set of clients equally likely, in time proportional to the cohort (Floyd's algorithm, Bentley
 * and Floyd, CACM 1987), so that a population of a million costs nothing.
 * @returns distinct clients in ascending order: the order in which updates are added
 */
export const uniformCohort = (seed: number, round: number, total: number, size: number): number[] => {
  const stream = new RandomStream({ seed, purpose: 'cohort', round });
  const chosen = new Set<number>();
  for (let last = total - size; last < total; last++) {
    const drawn = stream.below(last + 1);
    chosen.add(chosen.has(drawn) ? last : drawn);
  }
  return [...chosen].sort((a, b) => a - b);
};
