import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { compressedStages } from '../report/compressed/stages.js';
import { formatSpeed, formatStages } from '../report/compression.js';
import { formatFronts } from '../report/search-front.js';
import { compressedFolder } from '../shared/runlog/compression-file.js';
import { loadPipeline } from '../shared/scenario/pipeline-file.js';
import { compressModel } from './compress-model.js';
import { newFolder } from './folders.js';
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

/** `compressed`, `compressed-2`… in the run's folder. */
const nextFolder = (run: string): string => {
  for (let count = 1; ; count++) {
    const folder = join(run, count === 1 ? compressedFolder : `${compressedFolder}-${count}`);
    if (!existsSync(folder)) return folder;
  }
};

/**
 * The `compress` command: applies a pipeline to a run's model, prints a table of before and after, and writes
 * `compression.json`, the compact model file, `model.onnx` and a report.
 * @throws CodedError `run/…`, `scenario/…`, `compression/…`, `engine/…`
 */
export const compressRun = async (options: CompressOptions): Promise<void> => {
  const { folder, settings, out, report } = options;
  const pipeline = await loadPipeline(options.pipeline, settings);
  const run = await loadRunModel(folder);
  const results = await newFolder(out ?? nextFolder(folder), compressedFolder);
  const status = new StatusLine();
  const summary = await readSummary(folder);
  if (summary !== null && summary.exit !== 'done' && summary.exit !== 'stopped') {
    status.note(`This run is not done: what is compressed is its model after round ${summary.rounds}.`);
  }
  const interrupt = catchInterrupt(status);
  try {
    const file = await compressModel({
      run,
      steps: pipeline.steps,
      seed: pipeline.seed ?? run.scenario.seed,
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
    console.log(`folder   ${results}`);
  }
};
