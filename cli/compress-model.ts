import { join } from 'node:path';
import { evaluateModel } from '../shared/compression/evaluate.js';
import { compressionSteps } from '../shared/compression/index.js';
import { uncompressed, type CompressedModel } from '../shared/compression/model.js';
import { runPipeline, type PipelineStage } from '../shared/compression/pipeline.js';
import { encodeCompact } from '../shared/compression/storage/compact-file.js';
import { Workbench } from '../shared/compression/workbench.js';
import { chooseEngine } from '../shared/engine/choose.js';
import { exportOnnx } from '../shared/engine/onnx/export.js';
import { modelHash } from '../shared/params/parameters.js';
import {
  compressionFileName,
  compressionFileVersion,
  type CompressionFile,
} from '../shared/runlog/compression-file.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import type { Choice } from '../shared/util/registry.js';
import { writeModel } from './export-model.js';
import type { PipelineStatus } from './pipeline-status.js';
import type { RunModel } from './run-model.js';

export interface CompressModelOptions {
  readonly run: RunModel;
  readonly steps: readonly Choice[];
  readonly seed: number;
  /** For the results; it is there. */
  readonly folder: string;
  readonly abort: AbortSignal;
  readonly status: PipelineStatus;
  /** Whether a page and pictures are made. */
  readonly report: boolean;
}

/** Where results are after each step: who stops the command, or the machine, still has what was done. */
const resultsIn = (folder: string, about: Omit<CompressionFile, 'stages' | 'exit'>) => {
  const stages: PipelineStage[] = [];
  let writing = Promise.resolve();
  const write = async (exit: CompressionFile['exit']): Promise<CompressionFile> => {
    const file = { ...about, exit, stages: [...stages] };
    const text = `${JSON.stringify(file, null, 2)}\n`;
    writing = writing.then(() => writeAtomic(join(folder, compressionFileName), text));
    await writing;
    return file;
  };
  return { stages, write };
};

const writeFiles = async (folder: string, model: CompressedModel, scale: number): Promise<void> => {
  const { network, parameters, quantization } = model;
  await writeAtomic(join(folder, 'model.fsc'), encodeCompact(model));
  await writeModel(join(folder, 'model.onnx'), exportOnnx(network, parameters, { scale, quantization }));
};

const writePage = async (folder: string): Promise<void> => {
  const { writeReport } = await import('../report/write-report.js');
  await writeReport([folder]);
};

/**
 * Applies a pipeline to a run's model and writes `compression.json`, `model.fsc`, `model.onnx` and a report. What was done is
 * there also when it is interrupted or fails.
 * @throws CodedError `compression/…`, `engine/…`, `run/interrupted`
 */
export const compressModel = async (options: CompressModelOptions): Promise<CompressionFile> => {
  const { run, steps, seed, folder, abort, status, report } = options;
  const { scenario, dataset, network, parameters } = run;
  const { engine } = await chooseEngine(scenario.engine);
  const { stages, write } = resultsIn(folder, {
    v: compressionFileVersion,
    name: scenario.name,
    seed,
    dataset: scenario.dataset.name,
    model: scenario.model,
    modelHash: modelHash(parameters),
    steps,
  });
  try {
    const { model } = await runPipeline({
      steps: steps.map((choice) => ({ step: compressionSteps.chosen(choice)[0], choice })),
      model: uncompressed(network, parameters),
      bench: (hear) => new Workbench({ dataset, engine, seed, abort, ...hear }),
      evaluate: evaluateModel,
      onEvent: (event) => status.update(event),
      onStage: (stage) => {
        status.stage(stage);
        stages.push(stage);
        void write('begun').catch(() => undefined);
      },
    });
    status.clear();
    await writeFiles(folder, model, dataset.scale);
    return await write('done');
  } catch (error) {
    await write(abort.aborted ? 'interrupted' : 'failed');
    throw error;
  } finally {
    status.clear();
    if (report && stages.length > 0) await writePage(folder);
  }
};
