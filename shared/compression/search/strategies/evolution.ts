import { z } from 'zod';
import { better, type SearchStrategy, type Trial } from './strategy.js';

const options = z
  .strictObject({
    trials: z.int().min(2).max(10_000).default(24).describe('Networks that are tried in all; from 2 to 10000.'),
    population: z
      .int()
      .min(2)
      .max(10_000)
      .default(8)
      .describe('Networks that are alive at a time, at most as many as are tried; from 2 to 10000.'),
    sample: z
      .int()
      .min(1)
      .max(10_000)
      .default(3)
      .describe('Networks in a tournament, at most the population; from 1 to 10000.'),
  })
  .refine(({ trials, population }) => population <= trials, {
    message: 'a population is at most the number of trials',
    path: ['population'],
  })
  .refine(({ sample, population }) => sample <= population, {
    message: 'a tournament is at most the population',
    path: ['sample'],
  });

/**
 * Regularized evolution: the best of a few networks has a child that differs in one thing, and the oldest network dies, good
 * or not, so that none lives on for one lucky training.
 */
export const evolution: SearchStrategy = {
  name: 'evolution',
  summary: 'regularized evolution: a tournament’s best has a mutated child, the oldest network dies',
  paper: 'Real et al. 2019, Regularized Evolution for Image Classifier Architecture Search, algorithm 1',
  options,
  shorthand: 'trials',
  create: (given) => {
    const { trials, population: size, sample } = options.parse(given);
    return {
      evaluations: trials,
      search: async ({ stream, draw, mutate, evaluate }) => {
        const population: Trial[] = [];
        while (population.length < size) population.push(await evaluate(draw(), 1));
        for (let trial = size; trial < trials; trial++) {
          const tournament = Array.from({ length: sample }, () => population[stream.below(size)]);
          const parent = tournament.reduce(better);
          population.push(await evaluate(mutate(parent), 1));
          population.shift();
        }
      },
    };
  },
};
