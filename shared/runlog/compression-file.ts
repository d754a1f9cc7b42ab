import type { PipelineStage } from '../compression/pipeline.js';
import type { Speed } from '../compression/speed.js';
import type { Choice } from '../util/registry.js';

/** Version of the schema of `compression.json`. */
export const compressionFileVersion = 1;

/** `compression.json` of a folder of model compression: what a pipeline made of a run's model. */
export interface CompressionFile {
  readonly v: number;
  /** Name of the run. */
  readonly name: string;
  /** Seed of the pipeline. */
  readonly seed: number;
  readonly dataset: string;
  /** As the run's scenario names it; what steps make of it is in `model.fsc`. */
  readonly model: Choice;
  /** Hash of the run's model, the pipeline's begin. */
  readonly modelHash: string;
  /** All steps of the pipeline, in order, with every option. */
  readonly steps: readonly Choice[];
  /** The original, and the model after each step that was done. */
  readonly stages: readonly PipelineStage[];
  /** Whether all steps were done; `begun` while it goes on, or where it was killed. */
  readonly exit: 'begun' | 'done' | 'interrupted' | 'failed';
  /** What may differ between repeats; left out before the end. */
  readonly measured?: {
    /** Of `model.onnx` before and after, on one thread of the machine at hand; null where onnxruntime is not there. */
    readonly speed: { readonly before: Speed; readonly after: Speed } | null;
  };
}

/** Folder of a run in which its model is compressed. */
export const compressedFolder = 'compressed';

/** Name of the file in its folder. */
export const compressionFileName = 'compression.json';
