import type { InferenceSession } from 'onnxruntime-node';
import { sizeOf } from '../../params/layout.js';
import { CodedError } from '../../util/errors.js';
import {
  checkIndices,
  checkInputShape,
  checkLabels,
  checkParameters,
  checkSpec,
  checkTask,
  checkTokens,
  meanLoss,
} from '../checks.js';
import type {
  EvaluationResult,
  LoadedExamples,
  Trainer,
  TrainingResult,
  TrainingSpec,
  TrainingTask,
} from '../engine.js';
import { findLayer } from '../find-layer.js';
import { allExamples, Score } from '../score.js';
import { isChanged } from '../tensors.js';
import { checkWeightTransform } from '../weight-transform.js';
import { OnnxExamples } from './examples.js';
import { FeedMaker } from './feeds.js';
import { parameterInput } from './forward.js';
import { featureModel, inferenceModel } from './inference-graph.js';
import type { Runtime } from './session.js';
import { Sessions } from './sessions.js';
import type { ChannelBlock } from './tape.js';
import { parameterOutput, trainingModel } from './training-graph.js';

/** Rows of one call when many examples are run: large enough to lose no time between calls, small enough for the cache. */
const inferenceRows = 250;

/** Runs the sessions of one training program; they are made when first needed, for the form the data has. */
export class OnnxTrainer implements Trainer {
  private readonly sessions: Sessions;
  private readonly feeds: FeedMaker;

  /** @throws CodedError `argument/invalid` */
  constructor(
    private readonly runtime: Runtime,
    private readonly spec: TrainingSpec,
    /** Steps in a block of the training graph: 1 in the plain form. */
    private readonly blockSteps: number,
    /** 0 in the plain form. */
    private readonly channelBlock: ChannelBlock,
  ) {
    checkSpec(spec);
    checkWeightTransform(spec);
    this.sessions = new Sessions(runtime, spec.network.network.name);
    this.feeds = new FeedMaker(runtime, spec, blockSteps);
  }

  private held(data: LoadedExamples): OnnxExamples {
    if (!(data instanceof OnnxExamples)) {
      throw new CodedError('argument/invalid', 'The examples were loaded by another engine.');
    }
    checkInputShape(data.inputShape, this.spec.network);
    checkLabels(data.largestLabel, this.spec.network);
    checkTokens(data.inputs, this.spec.network);
    return data;
  }

  async train(data: LoadedExamples, task: TrainingTask): Promise<TrainingResult> {
    const held = this.held(data);
    const { spec, feeds, blockSteps, channelBlock } = this;
    checkTask(task, spec, held.count);
    const parameters = task.parameters.slice();
    if (task.steps === 0) return { parameters, loss: 0 };
    const form = {
      batch: spec.batchSize,
      blockSteps,
      channelBlock,
      data: { type: held.type, scale: spec.scale },
    };
    const losses = new Float32Array(feeds.blocksOf(task) * blockSteps);
    await this.sessions.run(
      `train ${held.type}`,
      () => trainingModel(spec, form),
      { ...feeds.examples(held), ...feeds.labels(held), ...feeds.task(task) },
      {
        ...feeds.views(parameters, parameterOutput, isChanged),
        losses: new this.runtime.Tensor('float32', losses, [losses.length]),
      },
    );
    return { parameters, loss: meanLoss(losses.subarray(0, task.steps), parameters) };
  }

  /** Runs a model on the examples, a block at a time. */
  private async infer(
    key: string,
    build: () => Uint8Array,
    { held, parameters, indices }: { held: OnnxExamples; parameters: Float32Array; indices: Int32Array },
    outputs: readonly string[],
    take: (block: Int32Array, result: InferenceSession.ReturnType, start: number) => void,
  ): Promise<void> {
    const { feeds, spec } = this;
    checkParameters(parameters, spec.network);
    checkIndices(indices, held.count);
    const labels = outputs.includes('losses') ? feeds.labels(held) : {};
    const fixed = { ...feeds.examples(held), ...labels, ...feeds.views(parameters, parameterInput) };
    for (let start = 0; start < indices.length; start += inferenceRows) {
      const block = indices.subarray(start, start + inferenceRows);
      take(block, await this.sessions.run(key, build, { ...fixed, ...feeds.indices(block) }, outputs), start);
    }
  }

  async evaluate(
    data: LoadedExamples,
    parameters: Float32Array,
    indices: Int32Array = allExamples(data),
  ): Promise<EvaluationResult> {
    const held = this.held(data);
    const { spec, channelBlock } = this;
    const form = { type: held.type, scale: spec.scale };
    const build = (): Uint8Array => inferenceModel(spec.network, form, channelBlock);
    const score = new Score(held.labels);
    const take = (block: Int32Array, { losses, predicted }: InferenceSession.ReturnType): void =>
      score.add(block, losses.data as Float32Array, predicted.data as Int32Array);
    const input = { held, parameters, indices };
    await this.infer(`infer ${held.type}`, build, input, ['losses', 'predicted'], take);
    return score.result;
  }

  async predict(
    data: LoadedExamples,
    parameters: Float32Array,
    indices: Int32Array,
    layer?: string,
  ): Promise<Float32Array> {
    const held = this.held(data);
    const { name, outputShape } = findLayer(this.spec.network, layer);
    const size = sizeOf(outputShape);
    const all = new Float32Array(indices.length * size);
    const form = { type: held.type, scale: this.spec.scale };
    const build = (): Uint8Array => featureModel(this.spec.network, form, name);
    const take = (_block: Int32Array, { values }: InferenceSession.ReturnType, start: number): void => {
      all.set(values.data as Float32Array, start * size);
    };
    await this.infer(`values ${name} ${held.type}`, build, { held, parameters, indices }, ['values'], take);
    return all;
  }

  dispose(): Promise<void> {
    return this.sessions.dispose();
  }
}
