import { join, resolve } from 'node:path';
import type { SweepFile, SweepFilePoint } from '../shared/runlog/sweep-file.js';
import { parseSweepFile } from '../shared/runlog/sweep-file-reader.js';
import { CodedError } from '../shared/util/errors.js';
import { groupRuns } from './group.js';
import type { ReportModel, Run } from './model.js';
import { exists, readText } from './files.js';
import { readRunFolder } from './run-folder.js';

interface Loaded {
  readonly title: string;
  readonly runs: readonly Run[];
}

/** @returns the case and its grid values: `stc · local.batchSize=10` */
const labelOf = ({ case: name, grid }: SweepFilePoint): string =>
  [name, ...Object.entries(grid).map(([path, value]) => `${path}=${JSON.stringify(value)}`)].join(' · ');

const readPoint = async (folder: string, sweep: SweepFile, point: SweepFilePoint): Promise<Run | null> => {
  const place = join(folder, 'points', point.name);
  // A sweep that is not finished has points that nobody has begun.
  if (!(await exists(join(place, 'run.jsonl')))) return null;
  const run = await readRunFolder(place);
  const keyOf = (name: string): string => JSON.stringify([resolve(folder), name, point.grid]);
  return {
    ...run,
    name: point.name,
    seed: point.seed,
    caseKey: keyOf(point.case),
    caseLabel: labelOf(point),
    // With a grid each case is measured against the baseline with the same grid values.
    baselineKey: sweep.baseline === null ? null : keyOf(sweep.baseline),
  };
};

const loadSweep = async (folder: string): Promise<Loaded> => {
  const path = join(folder, 'sweep.json');
  const sweep = parseSweepFile(await readText(path), path);
  const runs: Run[] = [];
  for (const point of sweep.points) {
    const run = await readPoint(folder, sweep, point);
    if (run !== null) runs.push(run);
  }
  return { title: sweep.name, runs };
};

const loadFolder = async (folder: string): Promise<Loaded> => {
  if (await exists(join(folder, 'sweep.json'))) return loadSweep(folder);
  if (await exists(join(folder, 'run.jsonl'))) {
    const run = await readRunFolder(folder);
    return { title: run.name, runs: [run] };
  }
  const missing = (await exists(folder)) ? 'The folder is no run and no sweep' : 'There is no such folder';
  throw new CodedError('report/not-a-run', `${missing}.`, {
    where: folder,
    hint: 'A run folder holds run.jsonl, the folder of a sweep sweep.json, that of model compression compression.json.',
  });
};

/**
 * Loads run folders and folders of sweeps, in any mix; unfinished runs too. A folder that is named twice counts once.
 * @param baseline label of the case that savings are measured against; by default each sweep's own
 * @throws CodedError `report/not-a-run`, `report/bad-file`, `runlog/bad-line`, `runlog/bad-version`,
 * `argument/unknown-name` for a baseline that no case has
 */
export const loadReport = async (folders: readonly string[], baseline?: string): Promise<ReportModel> => {
  const unique = [...new Map(folders.map((folder) => [resolve(folder), folder])).values()];
  const loaded: Loaded[] = [];
  for (const folder of unique) loaded.push(await loadFolder(folder));
  const runs = loaded.flatMap(({ runs }) => runs);
  if (runs.length === 0) {
    throw new CodedError('report/not-a-run', 'No run was begun here.', {
      where: unique.join(', '),
      hint: 'Run the sweep first.',
    });
  }
  const cases = groupRuns(runs, baseline);
  const targets = new Set(runs.flatMap(({ summary }) => summary.bytesToAccuracy.map(({ target }) => target)));
  return {
    title: [...new Set(loaded.map(({ title }) => title))].join(', '),
    cases,
    runs,
    targets: [...targets].sort((a, b) => a - b),
  };
};
