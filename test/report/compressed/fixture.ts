import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { measure } from '../../../shared/compression/measures.js';
import { uncompressed, type CompressedModel } from '../../../shared/compression/model.js';
import type { PipelineStage } from '../../../shared/compression/pipeline.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { CompressionFile } from '../../../shared/runlog/compression-file.js';
import { RandomStream } from '../../../shared/util/random.js';

const network = (units: number) =>
  compileNetwork({
    name: 'small',
    input: [8, 8, 1],
    layers: [
      { kind: 'conv2d', filters: 4, kernelSize: 3, activation: 'relu' },
      { kind: 'batchNormalization' },
      { kind: 'flatten' },
      { kind: 'dense', units, activation: 'relu', name: 'hidden' },
      { kind: 'dense', units: 10 },
    ],
    classes: 10,
  });

/** Random weights, of which a part is 0. */
const modelOf = (units: number, sparsity: number): CompressedModel => {
  const compiled = network(units);
  const stream = new RandomStream({ seed: 1, purpose: 'report' });
  const floats = Float32Array.from({ length: compiled.layout.floats }, () => {
    const value = stream.normal() / 10;
    return stream.uniform() < sparsity ? 0 : value;
  });
  return uncompressed(compiled, { layout: compiled.layout, floats, counters: new BigInt64Array(0) });
};

interface FixtureOptions {
  readonly name?: string;
  readonly exit?: CompressionFile['exit'];
  /** How many stages were done; all three when left out. */
  readonly stages?: number;
  readonly warning?: string;
}

/** What a pipeline of two steps makes of a model, measured as it is, with made-up accuracies. */
export const compressionOf = (options: FixtureOptions = {}): CompressionFile => {
  const { name = 'fake', exit = 'done', stages: done = 3, warning } = options;
  const original = measure(modelOf(32, 0));
  const made: PipelineStage[] = [
    { name: 'original', model: modelOf(32, 0), accuracy: 0.97 },
    { name: 'magnitude', model: modelOf(32, 0.9), accuracy: 0.965 },
    { name: 'neuron', model: modelOf(16, 0.9), accuracy: 0.96 },
  ].map(({ name: step, model, accuracy }, i) => ({
    name: step,
    options: i === 0 ? {} : { sparsity: 0.9 },
    measures: measure(model, original),
    evaluation: { accuracy, loss: 0.1, samples: 1000 },
    warnings:
      i === 1 && warning !== undefined ? [{ code: 'compression/empty-layer', layer: 'hidden', message: warning }] : [],
  }));
  return {
    v: 1,
    name,
    seed: 1,
    dataset: 'synthetic',
    model: { mlp: { hidden: [32] } },
    modelHash: 'ab'.repeat(32),
    steps: [{ magnitude: { sparsity: 0.9 } }, { neuron: { sparsity: 0.5 } }],
    stages: made.slice(0, done),
    exit,
    measured: {
      speed: {
        before: { secondsPerExample: 1e-4, examplesPerSecond: 10_000 },
        after: { secondsPerExample: 5e-5, examplesPerSecond: 20_000 },
      },
    },
  };
};

/** A folder of model compression. @returns the folder */
export const writeCompressionFolder = async (folder: string, options: FixtureOptions = {}): Promise<string> => {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'compression.json'), JSON.stringify(compressionOf(options)));
  return folder;
};
