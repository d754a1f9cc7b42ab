import { z } from 'zod';
import type { SearchStrategy, Trial } from './strategy.js';

const options = z.strictObject({
  candidates: z.int().min(2).max(10_000).default(16).describe('Networks that begin; from 2 to 10000.'),
  factor: z
    .int()
    .min(2)
    .max(16)
    .default(2)
    .describe('One of so many goes on, and has seen so many times as many examples by then; from 2 to 16.'),
});

/** Networks in each rung, the first one's number to one. */
const rungsOf = (candidates: number, factor: number): readonly number[] => {
  const rungs: number[] = [];
  for (let left = candidates; left >= 1; left = Math.floor(left / factor)) rungs.push(left);
  return rungs;
};

/** The best, best first; of equal ones that of fewer FLOPs. */
const bestOf = (trials: readonly Trial[], count: number): readonly Trial[] =>
  trials.toSorted((a, b) => b.accuracy - a.accuracy || a.flops - b.flops).slice(0, count);

/**
 * Successive halving, a bandit that looks for the best arm: all networks train for a short time, the better half trains on
 * until it has seen twice as much, and so on, until one is left.
 */
export const halving: SearchStrategy = {
  name: 'halving',
  summary: 'successive halving, a bandit: all train a little, the better half trains on, and so on',
  paper: 'Jamieson and Talwalkar 2016, Non-stochastic Best Arm Identification; Li et al. 2018, Hyperband',
  options,
  shorthand: 'candidates',
  create: (given) => {
    const { candidates, factor } = options.parse(given);
    const rungs = rungsOf(candidates, factor);
    return {
      evaluations: rungs.reduce((sum, rung) => sum + rung, 0),
      search: async ({ draw, evaluate }) => {
        let trials: readonly Trial[] = [];
        for (const [rung, count] of rungs.entries()) {
          const survivors = bestOf(trials, count);
          const next: Trial[] = [];
          for (let i = 0; i < count; i++) {
            const from = survivors[i];
            next.push(await (rung === 0 ? evaluate(draw(), 1) : evaluate(from, factor ** rung, from)));
          }
          trials = next;
        }
      },
    };
  },
};
