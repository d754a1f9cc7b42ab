import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Summary } from '../shared/runlog/records.js';
import { CodedError } from '../shared/util/errors.js';

/** @returns the summary of a run that ended, null where there is none */
export const readSummary = async (folder: string): Promise<Summary | null> => {
  const path = join(folder, 'summary.json');
  if (!existsSync(path)) return null;
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Summary;
  } catch (cause) {
    throw new CodedError('report/bad-file', 'The file is no JSON.', { where: path, cause });
  }
};

/** Where the run of a folder stands. */
export const runStanding = async (folder: string): Promise<'new' | 'begun' | 'done'> => {
  const summary = await readSummary(folder);
  if (summary?.exit === 'done' || summary?.exit === 'stopped') return 'done';
  return existsSync(join(folder, 'run.jsonl')) ? 'begun' : 'new';
};
