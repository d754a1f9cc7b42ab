import type { InferenceSession, Tensor } from 'onnxruntime-node';
import type { CompiledNetwork } from '../../models/network.js';
import { sizeOf, type TensorSpec } from '../../params/layout.js';
import { CodedError } from '../../util/errors.js';
import { checkIndices, checkInputShape, checkLabels, checkParameters, checkTask, meanLoss } from '../checks.js';
import type {
  EvaluationResult,
  LoadedExamples,
  Trainer,
  TrainingResult,
  TrainingSpec,
  TrainingTask,
} from '../engine.js';
import { dropoutMask } from '../dropout.js';
import { floatTensors, isChanged } from '../tensors.js';
import { OnnxExamples } from './examples.js';
import { declaredShape, entryOf, parameterInput } from './forward.js';
import { inferenceModel } from './inference-graph.js';
import type { ChannelBlock } from './tape.js';
import { createSession, type Runtime } from './session.js';
import { dropoutInput, parameterOutput, trainingModel } from './training-graph.js';

/** Rows of one call when many examples are run: large enough to lose no time between calls, small enough for the cache. */
const inferenceRows = 250;

/** Filled up with zeros: rows of weight 0, steps that change nothing. */
const padded = <T extends Int32Array | Float32Array>(values: T, length: number): T => {
  if (values.length === length) return values;
  const longer = new (values.constructor as new (length: number) => T)(length);
  longer.set(values);
  return longer;
};

type Feeds = Record<string, Tensor>;

/** Runs the sessions of one training program; they are made when first needed, for the form the data has. */
export class OnnxTrainer implements Trainer {
  private readonly sessions = new Map<string, Promise<InferenceSession>>();
  private readonly network: CompiledNetwork;

  constructor(
    private readonly runtime: Runtime,
    private readonly spec: TrainingSpec,
    /** Steps in a block of the training graph: 1 in the plain form. */
    private readonly blockSteps: number,
    /** 0 in the plain form. */
    private readonly channelBlock: ChannelBlock,
  ) {
    this.network = spec.network;
  }

  private session(key: string, build: () => Uint8Array): Promise<InferenceSession> {
    let session = this.sessions.get(key);
    if (session === undefined) {
      session = createSession(this.runtime, build());
      this.sessions.set(key, session);
    }
    return session;
  }

  private held(data: LoadedExamples): OnnxExamples {
    if (!(data instanceof OnnxExamples)) {
      throw new CodedError('argument/invalid', 'The examples were loaded by another engine.');
    }
    checkInputShape(data.inputShape, this.network);
    checkLabels(data.largestLabel, this.network);
    return data;
  }

  /** The tensors of a parameter vector: views, no copies. */
  private views(floats: Float32Array, name: (tensor: string) => string, only = (_tensor: TensorSpec) => true): Feeds {
    const views: Feeds = {};
    for (const tensor of floatTensors(this.network.layout).filter(only)) {
      const values = floats.subarray(tensor.offset, tensor.offset + tensor.size);
      views[name(tensor.name)] = new this.runtime.Tensor('float32', values, declaredShape(tensor.shape));
    }
    return views;
  }

  private dataFeeds(held: OnnxExamples): Feeds {
    const { Tensor } = this.runtime;
    return {
      data: new Tensor(held.type, held.inputs, [held.count, ...entryOf(this.network).shape]),
      labels: new Tensor('uint8', held.labels, [held.count]),
    };
  }

  /** The keep-masks of the dropout layers: the draws follow from the task's seed, not from the engine. */
  private dropoutFeeds({ seed = 0, steps }: TrainingTask, blocks: number, blockRows: number): Feeds {
    const feeds: Feeds = {};
    for (const layer of this.network.layers) {
      if (layer.kind !== 'dropout') continue;
      const { name, outputShape } = layer;
      const { rate } = layer.options;
      const size = this.spec.batchSize * sizeOf(outputShape);
      const masks = new Uint8Array(blocks * blockRows * sizeOf(outputShape));
      for (let step = 0; step < steps; step++) {
        dropoutMask({ seed, layer: name, step, rate }, masks.subarray(step * size, (step + 1) * size));
      }
      feeds[dropoutInput(name)] = new this.runtime.Tensor('uint8', masks, [blocks, blockRows, ...outputShape]);
    }
    return feeds;
  }

  async train(data: LoadedExamples, task: TrainingTask): Promise<TrainingResult> {
    const held = this.held(data);
    const { batchSize, scale } = this.spec;
    checkTask(task, this.spec, held.count);
    const parameters = task.parameters.slice();
    if (task.steps === 0) return { parameters, loss: 0 };
    const { Tensor } = this.runtime;
    const form = {
      batch: batchSize,
      blockSteps: this.blockSteps,
      channelBlock: this.channelBlock,
      data: { type: held.type, scale },
    };
    const session = await this.session(`train ${held.type}`, () => trainingModel(this.network, form));
    const blocks = Math.ceil(task.steps / this.blockSteps);
    const blockRows = this.blockSteps * batchSize;
    const losses = new Float32Array(blocks * this.blockSteps);
    await session.run(
      {
        ...this.dataFeeds(held),
        ...this.views(task.parameters, parameterInput),
        indices: new Tensor('int32', padded(task.indices, blocks * blockRows), [blocks, blockRows]),
        weights: new Tensor('float32', padded(task.weights, blocks * blockRows), [blocks, blockRows]),
        learningRate: new Tensor('float32', Float32Array.of(task.learningRate), []),
        ...this.dropoutFeeds(task, blocks, blockRows),
      },
      { ...this.views(parameters, parameterOutput, isChanged), losses: new Tensor('float32', losses, [losses.length]) },
    );
    return { parameters, loss: meanLoss(losses.subarray(0, task.steps), parameters) };
  }

  /** Runs the network on the examples, a block at a time. */
  private async infer(
    data: LoadedExamples,
    parameters: Float32Array,
    indices: Int32Array,
    outputs: readonly string[],
    take: (block: Int32Array, result: InferenceSession.ReturnType, start: number) => void,
  ): Promise<void> {
    const held = this.held(data);
    checkParameters(parameters, this.network);
    checkIndices(indices, held.count);
    const form = { type: held.type, scale: this.spec.scale };
    const session = await this.session(`infer ${held.type}`, () =>
      inferenceModel(this.network, form, this.channelBlock),
    );
    const fixed = { ...this.dataFeeds(held), ...this.views(parameters, parameterInput) };
    for (let start = 0; start < indices.length; start += inferenceRows) {
      const block = indices.subarray(start, start + inferenceRows);
      const feeds = { ...fixed, indices: new this.runtime.Tensor('int32', block, [block.length]) };
      take(block, await session.run(feeds, outputs), start);
    }
  }

  async evaluate(
    data: LoadedExamples,
    parameters: Float32Array,
    indices: Int32Array = Int32Array.from({ length: data.count }, (_, i) => i),
  ): Promise<EvaluationResult> {
    const { labels } = this.held(data);
    let correct = 0;
    let lossSum = 0;
    await this.infer(data, parameters, indices, ['losses', 'predicted'], (block, { losses, predicted }) => {
      const rowLosses = losses.data as Float32Array;
      const classes = predicted.data as Int32Array;
      for (const [row, example] of block.entries()) {
        lossSum += rowLosses[row];
        // NaN logits have no largest one.
        if (classes[row] === labels[example] && !Number.isNaN(rowLosses[row])) correct++;
      }
    });
    return { correct, lossSum, samples: indices.length };
  }

  async predict(data: LoadedExamples, parameters: Float32Array, indices: Int32Array): Promise<Float32Array> {
    const { classes } = this.network.network;
    const all = new Float32Array(indices.length * classes);
    await this.infer(data, parameters, indices, ['logits'], (_block, { logits }, start) => {
      all.set(logits.data as Float32Array, start * classes);
    });
    return all;
  }

  async dispose(): Promise<void> {
    const sessions = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of sessions) await (await session).release();
  }
}
