import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadScenario } from '../shared/scenario/load.js';
import { compressionFileName } from '../shared/runlog/compression-file.js';
import { CodedError } from '../shared/util/errors.js';
import { defaultHosts } from './default-hosts.js';
import { finishRun } from './finish.js';
import { checkHosts } from './run-one.js';
import { runToEnd } from './run-to-end.js';
import { continueSweep, type SweepOptions } from './run-sweep.js';
import { readSummary, runStanding } from './standing.js';
import { StatusLine } from './status.js';

/** The `resume` command. @returns the exit code */
export const resumeFolder = async (folder: string, options: SweepOptions): Promise<number> => {
  checkHosts(options.hosts);
  if (existsSync(join(folder, 'sweep.json'))) return continueSweep(folder, options);
  const file = join(folder, 'scenario.yaml');
  if (!existsSync(file)) {
    const isCompression = existsSync(join(folder, compressionFileName));
    throw new CodedError('run/not-resumable', 'This is no folder of a run or sweep.', {
      where: folder,
      hint: isCompression
        ? 'The `fedsqueeze compress` that was interrupted goes on when it is given again.'
        : 'Give the folder that `fedsqueeze run` printed.',
    });
  }
  const status = new StatusLine();
  if ((await runStanding(folder)) === 'done') {
    status.note('This run is done; nothing is left to do.');
    return finishRun((await readSummary(folder))!, folder, { report: false, status });
  }
  const { scenario } = await loadScenario(file);
  return runToEnd({
    scenario,
    folder,
    resume: true,
    hosts: options.hosts ?? defaultHosts(scenario),
    status,
    verbose: options.verbose,
    report: options.report,
  });
};
