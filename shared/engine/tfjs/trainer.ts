import type { Scalar, Tensor } from '@tensorflow/tfjs';
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
import { floatTensors, isTrained } from '../tensors.js';
import type { TensorFlow } from './backend.js';
import { TfjsExamples, makeBatch, type Batch } from './batch.js';
import { rowLosses, runNetwork, toFloats, toTensors, weightedLoss } from './network.js';

/** Rows of one call when many examples are run. */
const inferenceRows = 500;

/** Trains step by step with the library's own differentiation. */
export class TfjsTrainer implements Trainer {
  constructor(
    private readonly tf: TensorFlow,
    private readonly spec: TrainingSpec,
  ) {}

  private held(data: LoadedExamples): TfjsExamples {
    if (!(data instanceof TfjsExamples)) {
      throw new CodedError('argument/invalid', 'The examples were loaded by another engine.');
    }
    checkInputShape(data.inputShape, this.spec.network);
    checkLabels(data.largestLabel, this.spec.network);
    return data;
  }

  private batch(held: TfjsExamples, indices: Int32Array): Batch {
    return makeBatch(this.tf, held, indices, this.spec.scale, this.spec.network.network.classes);
  }

  /** One SGD step on the trained tensors. @returns the new tensors and the loss before the step */
  private step(
    tensors: readonly Tensor[],
    trained: readonly boolean[],
    { input, targets }: Batch,
    weights: Float32Array,
    learningRate: number,
  ): [tensors: Tensor[], loss: Scalar] {
    const { tf, spec } = this;
    const lossOf = (...parameters: Tensor[]): Scalar =>
      weightedLoss(tf, runNetwork(tf, spec.network, parameters, input), targets, tf.tensor1d(weights));
    const { value, grads } = tf.valueAndGrads(lossOf)([...tensors]);
    const next = tensors.map((tensor, i) =>
      trained[i] ? tf.sub(tensor, tf.mul(grads[i], learningRate)) : tf.clone(tensor),
    );
    return [next, value];
  }

  async train(data: LoadedExamples, task: TrainingTask): Promise<TrainingResult> {
    const held = this.held(data);
    const { tf, spec } = this;
    const { batchSize, network } = spec;
    checkTask(task, spec, held.count);
    const losses = new Float32Array(task.steps);
    const trained = floatTensors(network.layout).map(isTrained);
    let tensors = toTensors(tf, network, task.parameters);
    for (let step = 0; step < task.steps; step++) {
      const [start, end] = [step * batchSize, (step + 1) * batchSize];
      const [next, loss] = tf.tidy(() => {
        const batch = this.batch(held, task.indices.subarray(start, end));
        return this.step(tensors, trained, batch, task.weights.slice(start, end), task.learningRate);
      });
      losses[step] = loss.dataSync()[0];
      tf.dispose([tensors, loss]);
      tensors = next;
    }
    const parameters = toFloats(network, tensors);
    tf.dispose(tensors);
    return { parameters, loss: meanLoss(losses, parameters) };
  }

  /** Runs the network on the examples, a block at a time. @param read gives plain data of a block's results */
  private infer(
    data: LoadedExamples,
    parameters: Float32Array,
    indices: Int32Array,
    read: (logits: Tensor, targets: Tensor, start: number) => void,
  ): void {
    const held = this.held(data);
    const { tf, spec } = this;
    checkParameters(parameters, spec.network);
    checkIndices(indices, held.count);
    tf.tidy(() => {
      const tensors = toTensors(tf, spec.network, parameters);
      for (let start = 0; start < indices.length; start += inferenceRows) {
        tf.tidy(() => {
          const { input, targets } = this.batch(held, indices.subarray(start, start + inferenceRows));
          read(runNetwork(tf, spec.network, tensors, input), targets, start);
        });
      }
    });
  }

  async evaluate(
    data: LoadedExamples,
    parameters: Float32Array,
    indices: Int32Array = Int32Array.from({ length: data.count }, (_, i) => i),
  ): Promise<EvaluationResult> {
    const { tf } = this;
    const { labels } = this.held(data).examples;
    let correct = 0;
    let lossSum = 0;
    this.infer(data, parameters, indices, (logits, targets, start) => {
      const losses = rowLosses(tf, logits, targets).dataSync();
      const predicted = tf.argMax(logits, -1).dataSync();
      for (const [row, loss] of losses.entries()) {
        lossSum += loss;
        // NaN logits have no largest one.
        if (predicted[row] === labels[indices[start + row]] && !Number.isNaN(loss)) correct++;
      }
    });
    return { correct, lossSum, samples: indices.length };
  }

  async predict(data: LoadedExamples, parameters: Float32Array, indices: Int32Array): Promise<Float32Array> {
    const { classes } = this.spec.network.network;
    const all = new Float32Array(indices.length * classes);
    this.infer(data, parameters, indices, (logits, _targets, start) => {
      all.set(logits.dataSync() as Float32Array, start * classes);
    });
    return all;
  }

  async dispose(): Promise<void> {
    // Tensors live only within a call.
  }
}
