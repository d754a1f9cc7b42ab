import type { Examples } from '../data/dataset.js';
import type { CompiledNetwork } from '../models/network.js';

/** A training program: compiled once, then it serves every client of a host. */
export interface TrainingSpec {
  readonly network: CompiledNetwork;
  /** Name of the optimizer; SGD is θ ← θ − learningRate · gradient of the batch's mean loss. */
  readonly optimizer: 'sgd';
  /** Rows of the index matrix. */
  readonly batchSize: number;
  /** A raw input value times this is what the network sees. */
  readonly scale: number;
}

/** The local training of one client in one round: `steps` batches, one after the other. */
export interface TrainingTask {
  /** Layout order; not changed. */
  readonly parameters: Float32Array;
  /** Index matrix [steps, batchSize] into the loaded examples, row after row. */
  readonly indices: Int32Array;
  /**
   * Weights [steps, batchSize] of the rows' losses: 1/n for a batch of n examples and 0 for the rows that fill up a
   * short batch, so that no example is lost and none counts twice.
   */
  readonly weights: Float32Array;
  readonly steps: number;
  readonly learningRate: number;
}

export interface TrainingResult {
  readonly parameters: Float32Array;
  /** Mean over the steps of the batch's mean loss before its update (softmax cross-entropy, nats). */
  readonly loss: number;
}

export interface EvaluationResult {
  readonly correct: number;
  /** Sum of the examples' losses. */
  readonly lossSum: number;
  readonly samples: number;
}

/** Examples held by an engine in its own form; they go in once a process. */
export interface LoadedExamples {
  readonly count: number;
}

export interface Trainer {
  train(data: LoadedExamples, task: TrainingTask): Promise<TrainingResult>;
  /** @param indices which examples, all when left out */
  evaluate(data: LoadedExamples, parameters: Float32Array, indices?: Int32Array): Promise<EvaluationResult>;
  /** Logits [indices.length, classes]. */
  predict(data: LoadedExamples, parameters: Float32Array, indices: Int32Array): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** What trains. Every engine passes `test/conformance/engine.ts`. */
export interface Engine {
  readonly name: 'onnx' | 'tfjs';
  /** Version of the library and the form that runs, for example `1.30.0 plain` or `4.22.0 wasm`; part of a host's fingerprint. */
  readonly version: string;
  load(examples: Examples, inputShape: readonly number[]): Promise<LoadedExamples>;
  compile(spec: TrainingSpec): Promise<Trainer>;
}
