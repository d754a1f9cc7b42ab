import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Summary } from '../shared/runlog/records.js';
import { loadScenario } from '../shared/scenario/load.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { CodedError } from '../shared/util/errors.js';

/** What is read of a summary here and in the table of a run that is done. */
const isSummary = (value: unknown): value is Summary =>
  typeof value === 'object' &&
  value !== null &&
  'exit' in value &&
  typeof value.exit === 'string' &&
  ['uplink', 'downlink', 'bytesToAccuracy', 'faults'].every(
    (key) => key in value && typeof value[key as keyof typeof value] === 'object',
  );

const hint = 'Remove the file to run again what its folder holds.';

/** @returns the summary of a run that ended, null where there is none */
export const readSummary = async (folder: string): Promise<Summary | null> => {
  const path = join(folder, 'summary.json');
  if (!existsSync(path)) return null;
  const text = await readFile(path, 'utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CodedError('report/bad-file', 'The file is no JSON.', { where: path, hint, cause });
  }
  if (isSummary(value)) return value;
  throw new CodedError('report/bad-file', 'This is no summary of a run.', {
    where: path,
    hint,
  });
};

/** Whether a scenario's model is compressed: while it is trained, so that it is measured and stored after, or then. */
export const compresses = ({ modelCompression: { during, after } }: Scenario): boolean =>
  during.length + after.length > 0;

const folderCompresses = async (folder: string): Promise<boolean> => {
  const { scenario } = await loadScenario(join(folder, 'scenario.yaml'));
  return compresses(scenario);
};

/** Where the run of a folder stands; trained: its rounds are done, the compression of its model is not. */
export const runStanding = async (folder: string): Promise<'new' | 'begun' | 'trained' | 'done'> => {
  const summary = await readSummary(folder);
  if (summary?.exit === 'done' || summary?.exit === 'stopped') {
    return summary.modelCompression === undefined && (await folderCompresses(folder)) ? 'trained' : 'done';
  }
  return existsSync(join(folder, 'run.jsonl')) ? 'begun' : 'new';
};
