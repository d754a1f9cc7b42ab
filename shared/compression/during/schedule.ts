import { z } from 'zod';
import { cubicSparsity } from '../prune/schedule.js';

const round = z.int().min(1).max(1_000_000);

/** When weights go. */
export const scheduleOptions = {
  start: round.default(1).describe('Round at whose end the first weights go; from 1 to 1000000.'),
  end: round.describe('Round at whose end the last ones go; from start, all at once, to the number of rounds.'),
  every: round.default(1).describe('Rounds from one time to the next; from 1 to 1000000.'),
};

export interface ScheduleOptions {
  readonly start: number;
  readonly end: number;
  readonly every: number;
}

/** For `refine`: a schedule ends no sooner than it starts. */
export const endsInTime: [check: (schedule: ScheduleOptions) => boolean, problem: { message: string; path: string[] }] =
  [({ start, end }) => start <= end, { message: 'end must be at least start', path: ['end'] }];

/** What a federation that prunes does in a round: it learns, weights go at its end, or those that are left learn on. */
export type PruningPhase = 'train' | 'prune' | 'fine-tune';

const timesUpTo = (round: number, { start, end, every }: ScheduleOptions): number =>
  round < start ? 0 : Math.floor((Math.min(round, end) - start) / every) + 1;

/**
 * Part of the weights that is gone at a round's end: steps along the cubic schedule, of which the last reaches the sparsity.
 * @param round from 1
 */
export const sparsityAt = (round: number, sparsity: number, schedule: ScheduleOptions): number =>
  cubicSparsity(sparsity, timesUpTo(round, schedule) / timesUpTo(schedule.end, schedule));

/** @param round from 1 */
export const phaseOf = (round: number, schedule: ScheduleOptions): PruningPhase => {
  if (round < schedule.start) return 'train';
  return timesUpTo(round, schedule) > timesUpTo(round - 1, schedule) ? 'prune' : 'fine-tune';
};
