import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CompressedModel } from '../shared/compression/model.js';
import type { PipelineStage } from '../shared/compression/pipeline.js';
import { decodeCompact, encodeCompact } from '../shared/compression/storage/compact-file.js';
import { decodeVectors, encodeVectors } from '../shared/params/vector-file.js';
import { compressionFileName, type CompressionFile } from '../shared/runlog/compression-file.js';
import { writeAtomic } from '../shared/util/atomic-file.js';

/** What a pipeline is, whatever was done of it. */
export type Pipeline = Omit<CompressionFile, 'stages' | 'exit' | 'measured'>;

/** Where an interrupted pipeline goes on. */
export interface Standing {
  readonly stages: readonly PipelineStage[];
  readonly model: CompressedModel;
  /** Trainings of the steps that were done. */
  readonly trainings: number;
}

const checkpointName = 'checkpoint.fsq';

/** Two pipelines with the same text do the same. */
const identityOf = (pipeline: Pipeline): string =>
  createHash('sha256')
    .update(JSON.stringify([pipeline.seed, pipeline.modelHash, pipeline.steps]))
    .digest('hex');

/**
 * The folder of a pipeline: what was done is in `compression.json` after each step, and the model with all that the next step
 * needs in a checkpoint.
 */
export class CompressionResults {
  readonly folder: string;
  private readonly pipeline: Pipeline;

  constructor(folder: string, pipeline: Pipeline) {
    this.folder = folder;
    this.pipeline = pipeline;
  }

  async write(
    stages: readonly PipelineStage[],
    exit: CompressionFile['exit'],
    measured?: CompressionFile['measured'],
  ): Promise<CompressionFile> {
    const file = { ...this.pipeline, exit, ...(measured === undefined ? {} : { measured }), stages: [...stages] };
    await writeAtomic(join(this.folder, compressionFileName), `${JSON.stringify(file, null, 2)}\n`);
    return file;
  }

  /** The stages first: a checkpoint is never of one that the file does not have. */
  async keep({ stages, model, trainings }: Standing): Promise<void> {
    await this.write(stages, 'begun');
    const meta = { pipeline: identityOf(this.pipeline), stages: stages.length, trainings };
    const mask = model.mask === null ? {} : { mask: Uint8Array.from(model.mask) };
    await writeAtomic(
      join(this.folder, checkpointName),
      encodeVectors(meta, { model: Uint8Array.from(encodeCompact(model)), ...mask }),
    );
  }

  /** @returns null where nothing was done, or another pipeline @throws CodedError `params/bad-file` */
  async standing(): Promise<Standing | null> {
    const path = join(this.folder, checkpointName);
    if (!existsSync(path)) return null;
    const { meta, vectors } = decodeVectors(await readFile(path), path);
    if (meta['pipeline'] !== identityOf(this.pipeline)) return null;
    const { stages } = JSON.parse(await readFile(join(this.folder, compressionFileName), 'utf8')) as CompressionFile;
    const model = decodeCompact(vectors['model'] as Uint8Array, path);
    const mask = vectors['mask'] === undefined ? null : Float32Array.from(vectors['mask'] as Uint8Array);
    return {
      stages: stages.slice(0, Number(meta['stages'])),
      model: { ...model, mask },
      trainings: Number(meta['trainings']),
    };
  }

  /** The checkpoint is of no use any more. */
  async finish(): Promise<void> {
    await rm(join(this.folder, checkpointName), { force: true });
  }
}
