import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { compressedStages } from '../report/compressed/stages.js';
import { compressedFolder } from '../shared/runlog/compression-file.js';
import type { Summary } from '../shared/runlog/records.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import { compressModel } from './compress-model.js';
import { execute, type ExecuteOptions } from './execute.js';
import { holdFolder } from './hold-folder.js';
import { PipelineStatus } from './pipeline-status.js';
import { loadRunModel } from './run-model.js';
import { compresses, readSummary, runStanding } from './standing.js';

type AfterOptions = Pick<ExecuteOptions, 'folder' | 'abort' | 'status'> & {
  readonly scenario: Scenario;
  readonly report: boolean;
};

/** Measures and stores the model of a run that is done, after what `modelCompression.after` says. @returns the summary with what came of it */
const compressAfter = async (
  summary: Summary,
  { scenario, folder, abort, status, report }: AfterOptions,
): Promise<Summary> => {
  const release = await holdFolder(folder);
  try {
    const results = join(folder, compressedFolder);
    await mkdir(results, { recursive: true });
    const file = await compressModel({
      run: await loadRunModel(folder),
      steps: scenario.modelCompression.after,
      seed: scenario.seed,
      folder: results,
      abort,
      status: new PipelineStatus(process.stderr, status.prefix),
      report,
    });
    const whole: Summary = { ...summary, modelCompression: { stages: compressedStages(file) } };
    await writeAtomic(join(folder, 'summary.json'), `${JSON.stringify(whole, null, 2)}\n`);
    return whole;
  } catch (error) {
    if (abort.aborted) return { ...summary, exit: 'interrupted' };
    throw error;
  } finally {
    release();
  }
};

/**
 * Runs a scenario, or goes on with it, and then compresses its model as `modelCompression.after` says; one that was
 * compressed while it was trained is measured and stored too.
 * @param options `report`: whether the compressed model gets a page and pictures
 * @returns the summary; its exit is `interrupted` also where the rounds were done and the compression was interrupted
 */
export const executeWhole = async ({
  report = false,
  ...options
}: ExecuteOptions & { readonly report?: boolean }): Promise<Summary> => {
  const { folder, resume, scenario, status } = options;
  const isTrained = resume && (await runStanding(folder)) === 'trained';
  if (isTrained) status.note('The rounds are done; going on with the compression of the model.');
  const summary = isTrained ? (await readSummary(folder))! : await execute(options);
  const isDone = summary.exit === 'done' || summary.exit === 'stopped';
  if (!isDone || !compresses(scenario)) return summary;
  return compressAfter(summary, { ...options, report });
};
