import { batchesOf } from '../data/batches.js';
import type { Dataset } from '../data/dataset.js';
import { holdOut } from '../data/holdout.js';
import {
  crossEntropy,
  sgd,
  type Engine,
  type FakeQuantization,
  type FeatureLoss,
  type Hook,
  type LoadedExamples,
  type Loss,
  type Optimizer,
  type Trainer,
} from '../engine/engine.js';
import type { CompiledNetwork } from '../models/network.js';
import { RandomStream } from '../util/random.js';
import { foreseeTraining } from './foreseen.js';
import type { CompressedModel } from './model.js';

/** What a step says while it works. */
export interface CompressionEvent {
  /** One of the step's phases. */
  readonly phase: string;
  /** 0 to 1. */
  readonly done: number;
  readonly note?: string;
}

/** Something that a user should know of the result. */
export interface CompressionWarning {
  /** A stable code, `compression/…`. */
  readonly code: string;
  readonly message: string;
  readonly layer?: string;
}

export interface WorkbenchOptions {
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly seed: number;
  readonly onEvent?: (event: CompressionEvent) => void;
  readonly onWarning?: (warning: CompressionWarning) => void;
  readonly abort?: AbortSignal;
  /** Trainings of steps before, where a pipeline goes on; 0 when left out. */
  readonly trainings?: number;
}

/** How a step trains. */
export interface TrainingPlan {
  readonly phase: string;
  /** Passes over the training examples; 0: none. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  readonly optimizer?: Optimizer;
  readonly loss?: Loss;
  readonly fakeQuantization?: FakeQuantization;
  /** Gradients are shortened to this Euclidean norm. */
  readonly clipNorm?: number;
  /** Logits of a teacher, one row an example; for the loss `distillation`. */
  readonly teacher?: (indices: Int32Array) => Promise<Float32Array>;
  /** Comparisons of layers that are added to the loss, and their targets for rows of examples. */
  readonly features?: {
    readonly losses: readonly FeatureLoss[];
    readonly targets: (indices: Int32Array) => Promise<readonly Float32Array[]>;
  };
  /** Called after each epoch with the parameters so far, counted from 1; what it returns is trained on. */
  readonly afterEpoch?: (parameters: Float32Array, epoch: number) => Float32Array | Promise<Float32Array>;
  /** Training examples to train on; all but the held-out ones when left out. */
  readonly indices?: Int32Array;
  /** μ · (θ − center) is added to the gradient; center in layout order. */
  readonly proximal?: { readonly mu: number; readonly center: Float32Array };
  /** Of the phase, what this training is: from where to where, 0 to 1; all of it when left out. */
  readonly share?: readonly [from: number, to: number];
  /** What progress says beside the phase. */
  readonly note?: string;
}

export interface Evaluation {
  /** 0 to 1. */
  readonly accuracy: number;
  /** Mean cross-entropy, nats. */
  readonly loss: number;
  readonly samples: number;
}

/** @param done part of the training, 0 to 1 */
const progressOf = ({ phase, note, share: [from, to] = [0, 1] }: TrainingPlan, done: number): CompressionEvent => ({
  phase,
  done: from + (to - from) * done,
  ...(note === undefined ? {} : { note }),
});

/** Part of the training examples that is held out for choices; the test examples are for the final figures alone. */
const heldOut = 0.1;

/** Training examples that one call of the engine gets at once. */
const chunk = 2000;

/** What the steps of a pipeline work with: data, an engine, a seed. All training is here, in this process. */
export class Workbench {
  readonly dataset: Dataset;
  readonly engine: Engine;
  readonly seed: number;
  /** Training examples to learn from, ascending indices. */
  readonly pool: Int32Array;
  /** Training examples to choose with. */
  readonly validation: Int32Array;
  private readonly options: WorkbenchOptions;
  private readonly loaded = new Map<'train' | 'test', Promise<LoadedExamples>>();
  private done: number;

  constructor(options: WorkbenchOptions) {
    this.options = options;
    this.dataset = options.dataset;
    this.engine = options.engine;
    this.seed = options.seed;
    const { pool, validation } = holdOut(options.dataset.train, heldOut, options.seed);
    this.pool = pool;
    this.validation = validation;
    this.done = options.trainings ?? 0;
  }

  /** Trainings so far: each shuffles its examples in another way. */
  get trainings(): number {
    return this.done;
  }

  /** Tells how far a phase is. @throws what the pipeline was aborted with */
  report(event: CompressionEvent): void {
    this.options.abort?.throwIfAborted();
    this.options.onEvent?.(event);
  }

  warn(warning: CompressionWarning): void {
    this.options.onWarning?.(warning);
  }

  /** A stream of random numbers of the pipeline's seed. */
  random(purpose: string): RandomStream {
    return new RandomStream({ seed: this.seed, purpose: `compression/${purpose}` });
  }

  /** The examples as the engine holds them. */
  examples(split: 'train' | 'test'): Promise<LoadedExamples> {
    const known = this.loaded.get(split);
    if (known !== undefined) return known;
    const loading = this.engine.load(this.dataset[split], this.dataset.inputShape);
    this.loaded.set(split, loading);
    return loading;
  }

  /** Gives a trainer to `use` and disposes of it. */
  async withTrainer<T>(
    spec: Omit<Parameters<Engine['compile']>[0], 'scale'>,
    use: (trainer: Trainer) => Promise<T>,
  ): Promise<T> {
    const trainer = await this.engine.compile({ ...spec, scale: this.dataset.scale });
    try {
      return await use(trainer);
    } finally {
      await trainer.dispose();
    }
  }

  /**
   * Trains under the model's mask.
   * @returns the model with other parameters, and the mean loss of the last epoch
   * @throws CodedError `compression/impossible` where the model is quantized: training takes weights off their grids
   */
  async train(model: CompressedModel, plan: TrainingPlan): Promise<{ model: CompressedModel; loss: number }> {
    foreseeTraining({ network: model.network, isQuantized: model.quantization !== null });
    const {
      epochs,
      batchSize,
      learningRate,
      loss = crossEntropy,
      optimizer = sgd,
      teacher,
      features,
      fakeQuantization,
    } = plan;
    const hooks: Hook[] = [
      ...(model.mask === null ? [] : (['mask'] as const)),
      ...(plan.proximal === undefined ? [] : (['proximal'] as const)),
    ];
    const spec = {
      network: model.network,
      batchSize,
      optimizer,
      loss,
      hooks,
      ...(fakeQuantization === undefined ? {} : { fakeQuantization }),
      ...(features === undefined ? {} : { features: features.losses }),
      ...(plan.clipNorm === undefined ? {} : { clipNorm: plan.clipNorm }),
    };
    const stream = this.random(`shuffle/${this.done++}`);
    const data = await this.examples('train');
    let { floats } = model.parameters;
    let meanLoss = NaN;
    await this.withTrainer(spec, async (trainer) => {
      for (let epoch = 0; epoch < epochs; epoch++) {
        const all = batchesOf({ indices: plan.indices ?? this.pool, epochs: 1, batchSize, stream });
        const stepsAtOnce =
          Math.max(1, Math.floor(chunk / batchSize)) * (teacher === undefined && features === undefined ? 4 : 1);
        let sum = 0;
        for (let step = 0; step < all.steps; step += stepsAtOnce) {
          const steps = Math.min(stepsAtOnce, all.steps - step);
          const rows = [step * batchSize, (step + steps) * batchSize] as const;
          const indices = all.indices.subarray(...rows);
          const result = await trainer.train(data, {
            parameters: floats,
            indices,
            weights: all.weights.subarray(...rows),
            steps,
            learningRate,
            seed: stream.below(2 ** 32 - 1),
            ...(model.mask === null ? {} : { mask: model.mask }),
            ...(plan.proximal === undefined ? {} : { proximal: plan.proximal }),
            ...(teacher === undefined ? {} : { teacher: await teacher(indices) }),
            ...(features === undefined ? {} : { features: await features.targets(indices) }),
          });
          floats = result.parameters;
          sum += result.loss * steps;
          this.report(progressOf(plan, (epoch + (step + steps) / all.steps) / epochs));
        }
        meanLoss = sum / all.steps;
        if (plan.afterEpoch !== undefined) floats = await plan.afterEpoch(floats, epoch + 1);
      }
    });
    return { model: { ...model, parameters: { ...model.parameters, floats } }, loss: meanLoss };
  }

  /** Accuracy of float32 inference on the model's parameters, by default on the test examples. */
  async evaluate(
    { network, parameters }: Pick<CompressedModel, 'network' | 'parameters'>,
    split: 'test' | 'validation' = 'test',
  ): Promise<Evaluation> {
    const data = await this.examples(split === 'test' ? 'test' : 'train');
    const indices = split === 'test' ? undefined : this.validation;
    const { correct, lossSum, samples } = await this.withTrainer(inference(network), (trainer) =>
      trainer.evaluate(data, parameters.floats, indices),
    );
    return { accuracy: correct / samples, loss: lossSum / samples, samples };
  }

  /** What a layer gives for training examples, [indices.length, ...shape]; logits when left out. */
  async predict(
    { network, parameters }: Pick<CompressedModel, 'network' | 'parameters'>,
    indices: Int32Array,
    layer?: string,
  ): Promise<Float32Array> {
    const data = await this.examples('train');
    return this.withTrainer(inference(network), (trainer) => trainer.predict(data, parameters.floats, indices, layer));
  }

  /**
   * The gradients of batches' mean losses, layout order, one after the other: what one step of gradient descent changes,
   * divided by the learning rate.
   * @param use sees each gradient; it is overwritten by none
   */
  async gradients(
    { network, parameters }: Pick<CompressedModel, 'network' | 'parameters'>,
    options: {
      readonly phase: string;
      readonly batches: number;
      readonly batchSize: number;
      readonly fakeQuantization?: FakeQuantization;
    },
    use: (gradient: Float32Array) => void,
  ): Promise<void> {
    const { batches, batchSize, phase, fakeQuantization } = options;
    const stream = this.random('gradients');
    const all = batchesOf({ indices: stream.shuffle(this.pool.slice()), epochs: 1, batchSize, stream });
    const data = await this.examples('train');
    const spec = {
      network,
      batchSize,
      optimizer: sgd,
      ...(fakeQuantization === undefined ? {} : { fakeQuantization }),
    };
    await this.withTrainer(spec, async (trainer) => {
      const steps = Math.min(batches, all.steps);
      for (let step = 0; step < steps; step++) {
        const rows = [step * batchSize, (step + 1) * batchSize] as const;
        const { parameters: after } = await trainer.train(data, {
          parameters: parameters.floats,
          indices: all.indices.subarray(...rows),
          weights: all.weights.subarray(...rows),
          steps: 1,
          learningRate: gradientRate,
        });
        use(after.map((value, i) => (parameters.floats[i] - value) / gradientRate));
        this.report({ phase, done: (step + 1) / steps });
      }
    });
  }
}

/** A step of this size keeps as many bits of the gradient as there are: weights and gradients are of about one size. */
const gradientRate = 1;

const inference = (network: CompiledNetwork) => ({ network, optimizer: sgd, batchSize: 1 });
