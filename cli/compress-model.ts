import { join } from 'node:path';
import { evaluateModel } from '../shared/compression/evaluate.js';
import { compressionSteps } from '../shared/compression/index.js';
import { uncompressed, type CompressedModel } from '../shared/compression/model.js';
import { runPipeline, type PipelineStage } from '../shared/compression/pipeline.js';
import { prunableTensors } from '../shared/compression/prune/prunable.js';
import { measureSpeed } from '../shared/compression/speed.js';
import { encodeCompact } from '../shared/compression/storage/compact-file.js';
import { federatedCompression } from '../shared/compression/during/index.js';
import { Workbench } from '../shared/compression/workbench.js';
import type { Dataset } from '../shared/data/dataset.js';
import { chooseEngine } from '../shared/engine/choose.js';
import { exportOnnx } from '../shared/engine/onnx/export.js';
import { modelHash } from '../shared/params/parameters.js';
import { compressionFileVersion, type CompressionFile } from '../shared/runlog/compression-file.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import { CodedError } from '../shared/util/errors.js';
import type { Choice } from '../shared/util/registry.js';
import { CompressionResults, type Pipeline } from './compression-results.js';
import { writeModel } from './export-model.js';
import type { PipelineStatus } from './pipeline-status.js';
import type { RunModel } from './run-model.js';

export interface CompressModelOptions {
  readonly run: RunModel;
  readonly steps: readonly Choice[];
  readonly seed: number;
  /** For the results; it is there. What an interrupted pipeline left in it is gone on with. */
  readonly folder: string;
  readonly abort: AbortSignal;
  readonly status: PipelineStatus;
  /** Whether a page and pictures are made. */
  readonly report: boolean;
}

export const pipelineOf = ({ scenario, parameters }: RunModel, steps: readonly Choice[], seed: number): Pipeline => ({
  v: compressionFileVersion,
  name: scenario.name,
  seed,
  dataset: scenario.dataset.name,
  model: scenario.model,
  modelHash: modelHash(parameters),
  steps,
});

const prunesDuring = ({ modelCompression }: Scenario): boolean =>
  modelCompression.during.some((choice) => {
    const [plugIn, options] = federatedCompression.chosen(choice);
    return plugIn.create(options).pruner !== undefined;
  });

/** A run's model; what was pruned while it was trained, and is 0, stays so. */
const modelOf = ({ scenario, network, parameters }: RunModel): CompressedModel => {
  const model = uncompressed(network, parameters);
  if (!prunesDuring(scenario)) return model;
  const { floats } = parameters;
  const mask = new Float32Array(floats.length).fill(1);
  for (const { tensor } of prunableTensors(model)) {
    for (let i = tensor.offset; i < tensor.offset + tensor.size; i++) if (floats[i] === 0) mask[i] = 0;
  }
  return { ...model, mask };
};

const onnxOf = ({ network, parameters, quantization }: CompressedModel, { scale }: Dataset): Uint8Array =>
  exportOnnx(network, parameters, { scale, quantization });

const writeFiles = async (folder: string, model: CompressedModel, dataset: Dataset): Promise<void> => {
  await writeAtomic(join(folder, 'model.fsc'), encodeCompact(model));
  await writeModel(join(folder, 'model.onnx'), onnxOf(model, dataset));
};

/** How fast both models are here. @returns null where onnxruntime is not there, as with an engine that needs none */
const speedOf = async (
  original: CompressedModel,
  model: CompressedModel,
  dataset: Dataset,
): Promise<NonNullable<CompressionFile['measured']>['speed']> => {
  try {
    const [before, after] = await measureSpeed([onnxOf(original, dataset), onnxOf(model, dataset)], dataset);
    return { before, after };
  } catch (error) {
    if (error instanceof CodedError && error.code === 'engine/unavailable') return null;
    throw error;
  }
};

const writePage = async (folder: string): Promise<void> => {
  const { writeReport } = await import('../report/write-report.js');
  await writeReport([folder]);
};

/**
 * Applies a pipeline to a run's model and writes `compression.json`, `model.fsc`, `model.onnx` and a report. What was done is
 * there also when it is interrupted or fails, and is not done again when it goes on.
 * @throws CodedError `compression/…`, `engine/…`, `run/interrupted`
 */
export const compressModel = async (options: CompressModelOptions): Promise<CompressionFile> => {
  const { run, steps, seed, folder, abort, status, report } = options;
  const { scenario, dataset } = run;
  const { engine } = await chooseEngine(scenario.engine);
  const results = new CompressionResults(folder, pipelineOf(run, steps, seed));
  const before = await results.standing();
  const original = modelOf(run);
  const stages: PipelineStage[] = [...(before?.stages ?? [])];
  let file: CompressionFile;
  try {
    const { model } = await runPipeline({
      steps: steps.map((choice) => ({ step: compressionSteps.chosen(choice)[0], choice })),
      model: before?.model ?? original,
      stages,
      bench: (hear) => new Workbench({ dataset, engine, seed, abort, trainings: before?.trainings ?? 0, ...hear }),
      evaluate: evaluateModel,
      onEvent: (event) => status.update(event),
      onStage: async (stage, model, { trainings }) => {
        stages.push(stage);
        await results.keep({ stages, model, trainings });
        status.stage(stage);
        abort.throwIfAborted();
      },
    });
    status.clear();
    await writeFiles(folder, model, dataset);
    file = await results.write(stages, 'done', { speed: await speedOf(original, model, dataset) });
    await results.finish();
  } catch (error) {
    status.clear();
    await results.write(stages, abort.aborted ? 'interrupted' : 'failed');
    // The error is what to tell, whatever becomes of the page.
    if (report) await writePage(folder).catch(() => undefined);
    throw error;
  }
  // What was done stays done where there can be no page.
  if (report) await writePage(folder);
  return file;
};
