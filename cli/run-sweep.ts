import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseSweepFile } from '../shared/runlog/sweep-file-reader.js';
import { formatScenario } from '../shared/scenario/format.js';
import { loadScenario } from '../shared/scenario/load.js';
import { expandSweep, sweepFile } from '../shared/scenario/sweep.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import { CodedError } from '../shared/util/errors.js';
import { checkPoints } from './check-points.js';
import { executeWhole } from './compress-after.js';
import { defaultHosts } from './default-hosts.js';
import { newFolder } from './folders.js';
import { holdFolder } from './hold-folder.js';
import { catchInterrupt } from './interrupt.js';
import { runStanding } from './standing.js';
import { StatusLine } from './status.js';

export interface SweepOptions {
  readonly hosts: number | undefined;
  readonly verbose: boolean;
  readonly report: boolean;
}

const pointFolder = (folder: string, name: string): string => join(folder, 'points', name);

/** Writes what a sweep will run before it runs anything, so that it can be gone on with from the folder alone. */
const planSweep = async (file: string, settings: readonly string[], out: string | undefined): Promise<string> => {
  const loaded = await loadScenario(file, { set: [...settings] });
  if (loaded.sweep === null) {
    throw new CodedError('argument/invalid', 'The scenario has no sweep.', {
      where: file,
      hint: `Run it with \`fedsqueeze run ${file}\`, or give it a sweep: docs/scenario.md says how.`,
    });
  }
  const points = expandSweep(loaded);
  await checkPoints(points);
  const folder = await newFolder(out, loaded.scenario.name);
  for (const { name, scenario } of points) {
    await mkdir(pointFolder(folder, name), { recursive: true });
    await writeAtomic(join(pointFolder(folder, name), 'scenario.yaml'), formatScenario(scenario));
  }
  await writeAtomic(join(folder, 'sweep.json'), `${JSON.stringify(sweepFile(loaded, points), null, 2)}\n`);
  return folder;
};

/** Runs one point that is not done yet. @returns false when it was interrupted */
const runPoint = async (
  folder: string,
  { hosts, verbose, report }: SweepOptions,
  abort: AbortSignal,
  status: StatusLine,
): Promise<boolean> => {
  const { scenario } = await loadScenario(join(folder, 'scenario.yaml'));
  const { exit } = await executeWhole({
    scenario,
    folder,
    resume: true,
    hosts: hosts ?? defaultHosts(scenario),
    abort,
    status,
    verbose,
    report,
  });
  return exit !== 'interrupted';
};

/** Runs every point of a planned sweep that is not done, then makes one report of all. @returns the exit code */
export const continueSweep = async (folder: string, options: SweepOptions): Promise<number> => {
  const path = join(folder, 'sweep.json');
  const { points, name } = parseSweepFile(await readFile(path, 'utf8'), path);
  const release = await holdFolder(folder);
  const status = new StatusLine();
  const interrupt = catchInterrupt(status);
  try {
    for (const [index, point] of points.entries()) {
      const place = pointFolder(folder, point.name);
      if ((await runStanding(place)) === 'done') continue;
      status.prefix = `[${index + 1}/${points.length}] ${point.name} · `;
      if (!(await runPoint(place, options, interrupt.signal, status))) {
        console.log(`Interrupted at point ${index + 1} of ${points.length}. Go on with: fedsqueeze resume ${folder}`);
        return 130;
      }
    }
  } finally {
    interrupt.release();
    release();
  }
  status.clear();
  const [{ formatSweep }, { loadReport }] = await Promise.all([
    import('../report/console.js'),
    import('../report/load.js'),
  ]);
  console.log(formatSweep(await loadReport([folder])));
  if (options.report) {
    const { writeReport } = await import('../report/write-report.js');
    const { html } = await writeReport([folder], {});
    console.log(`report   ${html}`);
  }
  console.log(`folder   ${folder} (${name}, ${points.length} runs)`);
  return 0;
};

/** The `sweep` command. @returns the exit code */
export const runSweep = async (
  file: string,
  settings: readonly string[],
  out: string | undefined,
  options: SweepOptions,
): Promise<number> => continueSweep(await planSweep(file, settings, out), options);
