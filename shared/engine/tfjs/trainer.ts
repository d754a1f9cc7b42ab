import type { Scalar, Tensor, Tensor1D } from '@tensorflow/tfjs';
import { sizeOf, type PlacedTensor } from '../../params/layout.js';
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
import { dropoutMask } from '../dropout.js';
import {
  crossEntropy,
  type EvaluationResult,
  type LoadedExamples,
  type Trainer,
  type TrainingResult,
  type TrainingSpec,
  type TrainingTask,
} from '../engine.js';
import { targetSizes } from '../features.js';
import { findLayer } from '../find-layer.js';
import { allExamples, Score } from '../score.js';
import { floatTensors, isTrained } from '../tensors.js';
import { checkWeightTransform } from '../weight-transform.js';
import type { TensorFlow } from './backend.js';
import { TfjsExamples, makeBatch } from './batch.js';
import { featureLoss } from './features.js';
import type { TrainingRun } from './layers/runner.js';
import { crossEntropies, rowLosses } from './losses.js';
import { runLayers, toFloats, toTensors } from './network.js';
import { optimizerStep, type OptimizerStep } from './optimizers.js';
import { seenWeights } from './weights/index.js';

/** Rows of one call when many examples are run. */
const inferenceRows = 500;

/** What goes from step to step. */
interface TrainingState {
  readonly parameters: readonly Tensor[];
  /** The optimizer's state of each parameter. */
  readonly slots: readonly (readonly Tensor[])[];
}

/** What hooks read, a tensor for each parameter. */
interface HookTensors {
  readonly center: readonly Tensor[];
  readonly correction: readonly Tensor[];
  readonly mask: readonly Tensor[];
}

/** Trains step by step with the library's own differentiation. */
export class TfjsTrainer implements Trainer {
  private readonly placed: readonly PlacedTensor[];
  private readonly optimize: OptimizerStep;

  /** @throws CodedError `argument/invalid` */
  constructor(
    private readonly tf: TensorFlow,
    private readonly spec: TrainingSpec,
  ) {
    checkSpec(spec);
    checkWeightTransform(spec);
    this.placed = floatTensors(spec.network.layout);
    this.optimize = optimizerStep(tf, spec.optimizer);
  }

  private held(data: LoadedExamples): TfjsExamples {
    if (!(data instanceof TfjsExamples)) {
      throw new CodedError('argument/invalid', 'The examples were loaded by another engine.');
    }
    checkInputShape(data.inputShape, this.spec.network);
    checkLabels(data.largestLabel, this.spec.network);
    checkTokens(data.examples.inputs, this.spec.network);
    return data;
  }

  /** The keep-masks of a dropout layer in a step. */
  private dropout(layer: string, seed: number, step: number): Tensor {
    const placed = findLayer(this.spec.network, layer);
    if (placed.kind !== 'dropout') throw new Error(`${layer} is no dropout layer`);
    const shape = [this.spec.batchSize, ...placed.outputShape];
    const mask = new Uint8Array(sizeOf(shape));
    dropoutMask({ seed, layer, step, rate: placed.options.rate }, mask);
    return this.tf.tensor(Float32Array.from(mask), shape, 'float32');
  }

  /** The feature losses of the rows from start to end. */
  private features(
    task: TrainingTask,
    [start, end]: readonly [number, number],
  ): ((values: ReadonlyMap<string, Tensor>, weights: Tensor1D) => Tensor)[] {
    const { tf, spec } = this;
    const sizes = targetSizes(spec);
    return (spec.features ?? []).map((feature, i) => {
      const size = sizes[i];
      const rows = task.features?.[i].slice(start * size, end * size);
      const targets = rows === undefined || size === 0 ? null : tf.tensor2d(rows, [end - start, size]);
      return (values, weights) => featureLoss(tf, feature, values.get(feature.layer) as Tensor, targets, weights);
    });
  }

  /** The batch's loss before a step, the gradients of the parameters, and new values of buffers by name. */
  private differentiate(held: TfjsExamples, task: TrainingTask, step: number, parameters: readonly Tensor[]) {
    const { tf, spec } = this;
    const { batchSize, network } = spec;
    const { classes } = network.network;
    const [start, end] = [step * batchSize, (step + 1) * batchSize];
    const { input, targets } = makeBatch(tf, held, task.indices.subarray(start, end), spec.scale, classes);
    const rowWeights = tf.tensor1d(task.weights.slice(start, end));
    const teacher =
      spec.loss?.kind === 'distillation' && task.teacher !== undefined
        ? tf.tensor2d(task.teacher.slice(start * classes, end * classes), [batchSize, classes])
        : null;
    const compare = this.features(task, [start, end]);
    const buffers = new Map<string, Tensor>();
    const run: TrainingRun = {
      rowWeights,
      dropoutMask: (layer) => this.dropout(layer, task.seed ?? 0, step),
      setBuffer: (name, value) => void buffers.set(name, tf.keep(value)),
    };
    const isMoved = this.placed.map(isTrained);
    const lossOf = (...moved: Tensor[]): Scalar => {
      let next = 0;
      const tensors = parameters.map((tensor, i) => (isMoved[i] ? moved[next++] : tensor));
      const seen = seenWeights(tf, spec, { seed: task.seed ?? 0, step }, tensors);
      const values = runLayers(tf, network, seen, input, run, spec.fakeQuantization?.activationBits);
      const logits = values.get(network.layers.at(-1)?.name ?? '') ?? input;
      const own = tf.sum(tf.mul(rowLosses(tf, spec.loss ?? crossEntropy, logits, targets, teacher), rowWeights));
      return compare.reduce<Tensor>((sum, one) => tf.add(sum, one(values, rowWeights)), own) as Scalar;
    };
    const { value, grads } = tf.valueAndGrads(lossOf)(parameters.filter((_, i) => isMoved[i]));
    let next = 0;
    const gradients = parameters.map((tensor, i) => (isMoved[i] ? grads[next++] : tf.zerosLike(tensor)));
    return { loss: value, gradients, buffers };
  }

  /** What the proximal term, the clipping and the correction make of the gradients of the trained tensors. */
  private corrected(
    own: readonly Tensor[],
    parameters: readonly Tensor[],
    { proximal }: TrainingTask,
    { center, correction }: HookTensors,
  ): Tensor[] {
    const { tf, spec, placed } = this;
    const isMoved = placed.map(isTrained);
    let gradients = own.map((gradient, i) =>
      proximal !== undefined && center.length > 0 && isMoved[i]
        ? tf.add(gradient, tf.mul(tf.sub(parameters[i], center[i]), proximal.mu))
        : gradient,
    );
    if (spec.clipNorm !== undefined) {
      const squares = gradients.map((gradient) => tf.sum(tf.square(gradient)));
      const norm = tf.sqrt(squares.reduce((sum, square) => tf.add(sum, square)));
      const factor = tf.minimum(tf.div(spec.clipNorm, norm), 1);
      gradients = gradients.map((gradient) => tf.mul(gradient, factor));
    }
    return correction.length === 0 ? gradients : gradients.map((gradient, i) => tf.add(gradient, correction[i]));
  }

  private step(
    held: TfjsExamples,
    task: TrainingTask,
    step: number,
    { parameters, slots }: TrainingState,
    hooks: HookTensors,
  ): { state: TrainingState; loss: Scalar } {
    const { tf, placed } = this;
    const { loss, gradients, buffers } = this.differentiate(held, task, step, parameters);
    const directions = this.corrected(gradients, parameters, task, hooks);
    const next = placed.map((tensor, i) => {
      const { parameter, slots: kept } = isTrained(tensor)
        ? this.optimize(parameters[i], directions[i], slots[i], task.learningRate, step + 1)
        : { parameter: buffers.get(tensor.name) ?? tf.clone(parameters[i]), slots: [] };
      return { parameter: hooks.mask.length === 0 ? parameter : tf.mul(parameter, hooks.mask[i]), slots: kept };
    });
    const state = { parameters: next.map(({ parameter }) => parameter), slots: next.map((one) => one.slots) };
    // `keep` took the buffers out of the tidy call: those that went into a product are to be disposed.
    const used = new Set(state.parameters);
    for (const buffer of buffers.values()) if (!used.has(buffer)) buffer.dispose();
    return { state, loss };
  }

  async train(data: LoadedExamples, task: TrainingTask): Promise<TrainingResult> {
    const held = this.held(data);
    const { tf, spec, placed } = this;
    const { network, hooks = [] } = spec;
    checkTask(task, spec, held.count);
    const losses = new Float32Array(task.steps);
    const tensors = (values: Float32Array | undefined): Tensor[] =>
      values === undefined ? [] : toTensors(tf, network, values);
    const hookTensors: HookTensors = {
      center: hooks.includes('proximal') ? tensors(task.proximal?.center) : [],
      correction: hooks.includes('correction') ? tensors(task.correction) : [],
      mask: hooks.includes('mask') ? tensors(task.mask) : [],
    };
    let state: TrainingState = { parameters: toTensors(tf, network, task.parameters), slots: placed.map(() => []) };
    for (let step = 0; step < task.steps; step++) {
      const before = state;
      const result = tf.tidy(() => this.step(held, task, step, before, hookTensors) as never) as unknown as {
        state: TrainingState;
        loss: Scalar;
      };
      losses[step] = result.loss.dataSync()[0];
      tf.dispose([before.parameters, before.slots, result.loss] as never);
      state = result.state;
    }
    const parameters = toFloats(network, state.parameters);
    tf.dispose([state.parameters, state.slots, hookTensors] as never);
    return { parameters, loss: meanLoss(losses, parameters) };
  }

  /** Runs the network on the examples, a block at a time. @param read gives plain data of a block's results */
  private infer(
    held: TfjsExamples,
    parameters: Float32Array,
    indices: Int32Array,
    read: (values: ReadonlyMap<string, Tensor>, targets: Tensor, start: number) => void,
  ): void {
    const { tf, spec } = this;
    checkParameters(parameters, spec.network);
    checkIndices(indices, held.count);
    tf.tidy(() => {
      const tensors = toTensors(tf, spec.network, parameters);
      for (let start = 0; start < indices.length; start += inferenceRows) {
        tf.tidy(() => {
          const block = indices.subarray(start, start + inferenceRows);
          const { input, targets } = makeBatch(tf, held, block, spec.scale, spec.network.network.classes);
          read(runLayers(tf, spec.network, tensors, input, null), targets, start);
        });
      }
    });
  }

  async evaluate(
    data: LoadedExamples,
    parameters: Float32Array,
    indices: Int32Array = allExamples(data),
  ): Promise<EvaluationResult> {
    const { tf } = this;
    const held = this.held(data);
    const { name } = findLayer(this.spec.network);
    const score = new Score(held.examples.labels);
    this.infer(held, parameters, indices, (values, targets, start) => {
      const logits = values.get(name) as Tensor;
      const losses = crossEntropies(tf, logits, targets).dataSync();
      const predicted = tf.argMax(logits, -1).dataSync();
      score.add(indices.subarray(start, start + losses.length), losses, predicted);
    });
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
    this.infer(held, parameters, indices, (values, _targets, start) => {
      all.set((values.get(name) as Tensor).dataSync() as Float32Array, start * size);
    });
    return all;
  }

  async dispose(): Promise<void> {
    // Tensors live only within a call.
  }
}
