import { join } from 'node:path';
import { compressedStages } from '../report/compressed/stages.js';
import { formatSpeed, formatStages } from '../report/compression.js';
import { formatFronts } from '../report/search-front.js';
import { foreseePipeline } from '../shared/compression/foresee.js';
import { loadPipeline } from '../shared/scenario/pipeline-file.js';
import { compressModel, pipelineOf } from './compress-model.js';
import { compressionFolder } from './compression-folder.js';
import { holdFolder } from './hold-folder.js';
import { catchInterrupt } from './interrupt.js';
import { PipelineStatus } from './pipeline-status.js';
import { loadRunModel } from './run-model.js';
import { readSummary } from './standing.js';
import { StatusLine } from './status.js';

export interface CompressOptions {
  readonly folder: string;
  readonly pipeline: string;
  readonly settings: readonly string[];
  readonly out: string | undefined;
  readonly report: boolean;
}

/**
 * The `compress` command: applies a pipeline to a run's model, prints a table of before and after, and writes
 * `compression.json`, the compact model file, `model.onnx` and a report. A pipeline that was interrupted goes on.
 * @throws CodedError `run/…`, `scenario/…`, `compression/…`, `engine/…`
 */
export const compressRun = async (options: CompressOptions): Promise<void> => {
  const { folder, settings, out, report } = options;
  const pipeline = await loadPipeline(options.pipeline, settings);
  const run = await loadRunModel(folder);
  foreseePipeline(pipeline.steps, run.network, 'steps');
  const seed = pipeline.seed ?? run.scenario.seed;
  const { folder: results, goesOn } = await compressionFolder(folder, out, pipelineOf(run, pipeline.steps, seed));
  const giveBack = await holdFolder(results);
  const status = new StatusLine();
  const summary = await readSummary(folder);
  if (summary !== null && summary.exit !== 'done' && summary.exit !== 'stopped') {
    status.note(`This run is not done: what is compressed is its model after round ${summary.rounds}.`);
  }
  if (goesOn) status.note(`Going on in ${results} after the last step that was done.`);
  const interrupt = catchInterrupt(status);
  try {
    const file = await compressModel({
      run,
      steps: pipeline.steps,
      seed,
      folder: results,
      abort: interrupt.signal,
      status: new PipelineStatus(),
      report,
    });
    for (const front of formatFronts(file.stages)) console.log(`${front}\n`);
    console.log(formatStages(compressedStages(file)));
    const speed = formatSpeed(file);
    if (speed !== null) console.log(`\n${speed}`);
    if (report) console.log(`report   ${join(results, 'report.html')}`);
  } finally {
    interrupt.release();
    giveBack();
    console.log(`folder   ${results}`);
    if (interrupt.signal.aborted) console.log('The same command goes on after the last step that was done.');
  }
};
