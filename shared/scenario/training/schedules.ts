import { z } from 'zod';
import { makeRegistry, type PlugIn } from '../../util/registry.js';

/** What a scenario's `local.schedule` can name: how the learning rate goes over the rounds. */
export interface Schedule extends PlugIn {
  /**
   * What the optimizer's learning rate is multiplied by.
   * @param round from 1
   * @param rounds of the scenario
   */
  factor(options: Readonly<Record<string, unknown>>, round: number, rounds: number): number;
}

const part = (description: string) => z.number().gt(0).lte(1).describe(`${description}; more than 0, at most 1.`);
const period = (description: string) => z.int().min(1).max(1_000_000).describe(`${description}, from 1.`);

const constant: Schedule = {
  name: 'constant',
  summary: 'the same learning rate in every round',
  options: z.strictObject({}),
  factor: () => 1,
};

const stepOptions = z.strictObject({
  every: period('Rounds from one change to the next'),
  factor: part('What the rate is multiplied by at each change').default(0.1),
});

const step: Schedule = {
  name: 'step',
  summary: 'the rate falls by a factor every so many rounds',
  options: stepOptions,
  shorthand: 'every',
  factor: (options, round) => {
    const { every, factor } = stepOptions.parse(options);
    return factor ** Math.floor((round - 1) / every);
  },
};

const exponentialOptions = z.strictObject({ factor: part('What the rate is multiplied by after each round') });

const exponential: Schedule = {
  name: 'exponential',
  summary: 'the rate falls by a factor in every round',
  options: exponentialOptions,
  shorthand: 'factor',
  factor: (options, round) => exponentialOptions.parse(options).factor ** (round - 1),
};

const cosineOptions = z.strictObject({
  final: z
    .number()
    .min(0)
    .lte(1)
    .default(0.01)
    .describe('Part of the rate that is left in the last round; from 0 to 1.'),
});

/** Half a cosine from 1 to `final` (Loshchilov and Hutter, "SGDR", ICLR 2017, without restarts). */
const cosine: Schedule = {
  name: 'cosine',
  summary: 'the rate falls along half a cosine over all rounds',
  options: cosineOptions,
  shorthand: 'final',
  factor: (options, round, rounds) => {
    const { final } = cosineOptions.parse(options);
    const done = rounds === 1 ? 0 : (round - 1) / (rounds - 1);
    return final + ((1 - final) * (1 + Math.cos(Math.PI * done))) / 2;
  },
};

const warmupOptions = z.strictObject({ rounds: period('Rounds in which the rate grows to its full size') });

const warmup: Schedule = {
  name: 'warmup',
  summary: 'the rate grows in equal steps over the first rounds, then stays',
  options: warmupOptions,
  shorthand: 'rounds',
  factor: (options, round) => Math.min(1, round / warmupOptions.parse(options).rounds),
};

export const schedules = makeRegistry('schedule', [constant, step, exponential, cosine, warmup]);
