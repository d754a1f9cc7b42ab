import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { wordsOf } from '../../../shared/compression/search/architecture.js';
import type { Priced } from '../../../shared/compression/search/price.js';
import { openSpace } from '../../../shared/compression/search/proposals.js';
import type { SearchSpace } from '../../../shared/compression/search/space.js';
import { searchStrategies } from '../../../shared/compression/search/strategies/index.js';
import type { SearchProblem, Trial } from '../../../shared/compression/search/strategies/strategy.js';
import { RandomStream } from '../../../shared/util/random.js';
import { blockNames, frame } from './spaces.js';

const space: SearchSpace = {
  blocks: blockNames,
  kernelSizes: [3, 5, 7],
  filters: [8, 16, 24, 32],
  repeats: 4,
  stages: 3,
};

/** A smooth landscape: what a stage has adds to the accuracy of the network. */
const landscape = ({ architecture }: Priced): number =>
  architecture.reduce(
    (sum, { block, kernelSize, filters, repeats }) =>
      sum + blockNames.indexOf(block) / 3 + (kernelSize - 3) / 4 + filters / 32 + repeats / 4,
    0,
  ) / 12;

interface Call {
  readonly effort: number;
  readonly from: Trial | undefined;
  readonly parent: Priced | null;
  readonly trial: Trial;
}

/** Evaluates without training: what a network would reach, less the noise of short training. */
const problemOf = (seed: number, noise = 0): { problem: SearchProblem; calls: Call[] } => {
  const stream = new RandomStream({ seed, purpose: 'test/strategy' });
  const random = new RandomStream({ seed, purpose: 'test/noise' });
  const proposals = openSpace(space, frame, { maxFlops: null, maxBytes: null });
  const calls: Call[] = [];
  const parents = new Map<Priced, Priced>();
  const problem: SearchProblem = {
    stream,
    draw: () => proposals.draw(stream),
    mutate: (of) => {
      const child = proposals.mutate(of, stream);
      parents.set(child, of);
      return child;
    },
    evaluate: (candidate, effort, from) => {
      const accuracy = landscape(candidate) + (noise * random.normal()) / effort;
      const trial = { ...candidate, storedBytes: 0, examples: effort, accuracy, loss: 1, model: null };
      calls.push({ effort, from, parent: parents.get(candidate) ?? null, trial });
      return Promise.resolve(trial);
    },
  };
  return { problem, calls };
};

const run = async (name: string, options: Record<string, unknown>, seed: number, noise?: number): Promise<Call[]> => {
  const strategy = searchStrategies.get(name).create(options);
  const { problem, calls } = problemOf(seed, noise);
  await strategy.search(problem);
  expect(calls.length).toBe(strategy.evaluations);
  return calls;
};

const bestAccuracy = (calls: readonly Call[]): number => Math.max(...calls.map(({ trial }) => trial.accuracy));

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

test('every file of a strategy is registered under its name', () => {
  const files = readdirSync(new URL('../../../shared/compression/search/strategies', import.meta.url))
    .filter((file) => file !== 'index.ts' && file !== 'strategy.ts')
    .map((file) => file.replace(/\.ts$/, ''));
  expect(searchStrategies.all.map(({ name }) => name).sort()).toEqual(files.sort());
});

test('evolution finds better networks than as many at random', async () => {
  const found = await Promise.all(
    Array.from({ length: 8 }, async (_, seed) => {
      const evolved = await run('evolution', { trials: 60, population: 12, sample: 4 }, seed);
      const random = await run('evolution', { trials: 60, population: 60, sample: 1 }, seed);
      return bestAccuracy(evolved) - bestAccuracy(random);
    }),
  );
  expect(mean(found)).toBeGreaterThan(0.05);
});

test('evolution’s parents are among the youngest of the population’s size: the oldest die, however good', async () => {
  const calls = await run('evolution', { trials: 50, population: 6, sample: 6 }, 1);
  for (const [at, { parent }] of calls.entries()) {
    const alive = calls.slice(Math.max(0, at - 6), at).map(({ trial }) => trial);
    if (at < 6) expect(parent).toBeNull();
    else expect(alive).toContain(parent);
  }
});

test('evolution tries no network twice while there are others', async () => {
  const calls = await run('evolution', { trials: 80, population: 8, sample: 3 }, 3);
  expect(new Set(calls.map(({ trial }) => wordsOf(trial.architecture))).size).toBe(80);
});

test('halving goes on with the better part of each rung, where its training stopped', async () => {
  const calls = await run('halving', { candidates: 13, factor: 3 }, 2, 0.2);
  expect(calls.map(({ effort }) => effort)).toEqual([...Array<number>(13).fill(1), 3, 3, 3, 3, 9]);
  const rungs = [calls.slice(0, 13), calls.slice(13, 17), calls.slice(17)].map((rung) =>
    rung.map(({ trial }) => trial),
  );
  const continued = [calls.slice(13, 17), calls.slice(17)].map((rung) => rung.map(({ from }) => from));
  for (const [i, from] of continued.entries()) {
    const best = rungs[i].toSorted((a, b) => b.accuracy - a.accuracy).slice(0, from.length);
    expect(new Set(from)).toEqual(new Set(best));
  }
});

test('halving finds the best arm more often than the first rung does', async () => {
  const lead = await Promise.all(
    Array.from({ length: 20 }, async (_, seed) => {
      const calls = await run('halving', { candidates: 16, factor: 2 }, seed, 0.3);
      const first = calls.slice(0, 16).map(({ trial }) => trial);
      const lucky = first.reduce((best, trial) => (trial.accuracy > best.accuracy ? trial : best));
      return landscape(calls[calls.length - 1].trial) - landscape(lucky);
    }),
  );
  expect(mean(lead)).toBeGreaterThan(0.02);
});

test('populations and tournaments that do not fit each other are refused', () => {
  const { options } = searchStrategies.get('evolution');
  expect(options.safeParse({ trials: 5, population: 6 }).success).toBe(false);
  expect(options.safeParse({ trials: 20, population: 6, sample: 7 }).success).toBe(false);
  expect(options.safeParse({ trials: 20, population: 6, sample: 6 }).success).toBe(true);
});
