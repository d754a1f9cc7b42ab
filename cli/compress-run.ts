import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { formatStages } from '../report/compression.js';
import { formatFronts } from '../report/search-front.js';
import { compressionSteps } from '../shared/compression/index.js';
import { uncompressed } from '../shared/compression/model.js';
import { runPipeline } from '../shared/compression/pipeline.js';
import { encodeCompact } from '../shared/compression/storage/compact-file.js';
import { Workbench } from '../shared/compression/workbench.js';
import { chooseEngine } from '../shared/engine/choose.js';
import { exportOnnx } from '../shared/engine/onnx/export.js';
import { recordVersion } from '../shared/runlog/records.js';
import { loadPipeline } from '../shared/scenario/pipeline-file.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import { newFolder } from './folders.js';
import { writeModel } from './export-model.js';
import { catchInterrupt } from './interrupt.js';
import { PipelineStatus } from './pipeline-status.js';
import { loadRunModel } from './run-model.js';
import { StatusLine } from './status.js';

export interface CompressOptions {
  readonly folder: string;
  readonly pipeline: string;
  readonly settings: readonly string[];
  readonly out: string | undefined;
}

/** `compressed`, `compressed-2`… in the run's folder. */
const nextFolder = (run: string): string => {
  for (let count = 1; ; count++) {
    const folder = join(run, count === 1 ? 'compressed' : `compressed-${count}`);
    if (!existsSync(folder)) return folder;
  }
};

/**
 * The `compress` command: applies a pipeline to a run's model, prints a table of before and after, and writes
 * `compression.json`, the compact model file and `model.onnx`.
 * @throws CodedError `run/…`, `scenario/…`, `compression/…`, `engine/…`
 */
export const compressRun = async ({ folder, pipeline: file, settings, out }: CompressOptions): Promise<void> => {
  const pipeline = await loadPipeline(file, settings);
  const { scenario, dataset, network, parameters } = await loadRunModel(folder);
  const results = await newFolder(out ?? nextFolder(folder), 'compressed');
  const { engine } = await chooseEngine(scenario.engine);
  const status = new PipelineStatus();
  const interrupt = catchInterrupt(new StatusLine());
  const steps = pipeline.steps.map((choice) => ({ step: compressionSteps.chosen(choice)[0], choice }));
  try {
    const { model, stages } = await runPipeline({
      steps,
      model: uncompressed(network, parameters),
      bench: (hear) =>
        new Workbench({ dataset, engine, seed: pipeline.seed ?? scenario.seed, abort: interrupt.signal, ...hear }),
      evaluate: (compressed, bench) => bench.evaluate(compressed),
      onEvent: (event) => status.update(event),
      onStage: (stage) => status.stage(stage),
    });
    status.clear();
    await writeAtomic(join(results, 'compression.json'), JSON.stringify({ v: recordVersion, stages }, null, 2));
    await writeAtomic(join(results, 'model.fsc'), encodeCompact(model));
    await writeModel(
      join(results, 'model.onnx'),
      exportOnnx(model.network, model.parameters, { scale: dataset.scale }),
    );
    for (const front of formatFronts(stages)) console.log(`${front}\n`);
    console.log(formatStages(stages));
    console.log(`folder   ${results}`);
  } finally {
    status.clear();
    interrupt.release();
  }
};
