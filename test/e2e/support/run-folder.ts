import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRunLog } from '../../../shared/runlog/reader.js';
import type { EvaluationRecord, RoundRecord, RunRecord, Summary } from '../../../shared/runlog/records.js';
import { until } from './until.js';

export const summaryOf = (folder: string): Summary =>
  JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary;

export const recordsOf = async (folder: string): Promise<RunRecord[]> =>
  (await readRunLog(join(folder, 'run.jsonl'))).records;

export const ofType = <T extends RunRecord['type']>(
  records: readonly RunRecord[],
  type: T,
): Extract<RunRecord, { type: T }>[] =>
  records.filter((record): record is Extract<RunRecord, { type: T }> => record.type === type);

export const roundsOf = async (folder: string): Promise<RoundRecord[]> => ofType(await recordsOf(folder), 'round');

export const evaluationsOf = async (folder: string): Promise<EvaluationRecord[]> =>
  ofType(await recordsOf(folder), 'evaluation');

const withoutMeasured = (record: RunRecord): string => {
  const { measured, ...rest } = record;
  if (typeof measured.t !== 'number') throw new Error(`a ${record.type} without its time`);
  return JSON.stringify(rest);
};

/** What must repeat to the bit: every line without `measured`, in order. */
export const repeatable = async (folder: string): Promise<string[]> => (await recordsOf(folder)).map(withoutMeasured);

/** The same without what an interruption adds. */
export const repeatableWork = async (folder: string): Promise<string[]> =>
  (await recordsOf(folder)).filter(({ type }) => type !== 'resume' && type !== 'end').map(withoutMeasured);

/** Rounds that a run that is under way says in its `run.log`; that log is written line by line. */
export const roundsDone = (folder: string): number => {
  const path = join(folder, 'run.log');
  if (!existsSync(path)) return 0;
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.includes('"msg":"round"')).length;
};

/** Resolves when a run that is under way has closed so many rounds, counted over all its starts. */
export const untilRounds = (folder: string, rounds: number): Promise<boolean> =>
  until(`round ${rounds} of ${folder}`, () => roundsDone(folder) >= rounds);
