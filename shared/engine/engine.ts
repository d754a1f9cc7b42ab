import type { Examples } from '../data/dataset.js';
import type { CompiledNetwork } from '../models/network.js';

/** What local training makes small. Rows are weighted by {@link TrainingTask.weights}. */
export type Loss =
  /**
   * Softmax cross-entropy in nats with the one-hot label, mixed with the uniform distribution: (1 − labelSmoothing) ·
   * one-hot + labelSmoothing / classes.
   */
  | { readonly kind: 'crossEntropy'; readonly labelSmoothing: number }
  /** Mean over the classes of (logit − one-hot label)². */
  | { readonly kind: 'meanSquaredError' }
  /**
   * Knowledge distillation (Hinton et al. 2015): alpha · τ² · KL(softmax(teacher / τ) ‖ softmax(logits / τ)) +
   * (1 − alpha) · cross-entropy with the label.
   */
  | { readonly kind: 'distillation'; readonly temperature: number; readonly alpha: number };

/** Compares what a layer gives with something that a teacher gives; {@link TrainingSpec.features} adds it to the loss. */
export type FeatureLoss = {
  /** The layer's name. */
  readonly layer: string;
  /** It is multiplied by this: 0 or more. */
  readonly weight: number;
} & (
  | {
      /**
       * `hint`: ½ · the mean of (value − target)² (FitNets, Romero et al., ICLR 2015). `attention`: |a/|a| − target|² with
       * a the sum over the channels of value² at each position of an image (Zagoruyko and Komodakis, ICLR 2017); a target
       * is a teacher's a/|a|. Rows are weighted by {@link TrainingTask.weights}.
       */
      readonly kind: 'hint' | 'attention';
    }
  | {
      /**
       * How examples lie to each other (RKD, Park et al., CVPR 2019): the Huber loss of all pairs' distances, over their
       * mean in the batch, or of the cosines of the angles of all triples, with those of the targets; the mean over all
       * pairs or triples of the batch, of which those with an example twice count 0.
       */
      readonly kind: 'distance' | 'angle';
      /** Numbers of an example's target; the layer's values may be more or fewer. */
      readonly size: number;
    }
  | {
      /**
       * Mean and variance of each channel over the batch, against those that a teacher has seen: the mean over the channels
       * of (μ − mean)² / variance + (σ² / variance − 1)² (as DeepInversion, Yin et al., CVPR 2020).
       */
      readonly kind: 'statistics';
      /** One number a channel, the last extent. */
      readonly mean: Float32Array;
      readonly variance: Float32Array;
    }
);

/** How gradients become steps; the state begins at zero in every call of {@link Trainer.train}. */
export type Optimizer =
  /** v ← momentum · v + g; θ ← θ − learningRate · v, with Nesterov g + momentum · v instead of v. */
  | {
      readonly kind: 'sgd';
      readonly momentum: number;
      readonly nesterov: boolean;
      /** L2: weightDecay · θ is added to the gradient. */
      readonly weightDecay: number;
    }
  /**
   * Adam (Kingma and Ba, ICLR 2015) with weightDecay · θ added to the gradient; AdamW (Loshchilov and Hutter, ICLR 2019)
   * takes θ ← θ − learningRate · weightDecay · θ apart from it.
   */
  | {
      readonly kind: 'adam' | 'adamw';
      readonly beta1: number;
      readonly beta2: number;
      readonly epsilon: number;
      readonly weightDecay: number;
    };

/** What a method may add to local training; each needs its part of the task. */
export type Hook =
  /** μ · (θ − center) is added to the gradient (FedProx, Li et al., MLSys 2020). */
  | 'proximal'
  /** A constant vector is added to each gradient (control variates of SCAFFOLD, Karimireddy et al., ICML 2020). */
  | 'correction'
  /** Where the mask is 0 a parameter is 0 and stays so. */
  | 'mask';

/**
 * Quantization during training, whose gradient is that of the identity inside the range and 0 outside (straight-through
 * estimator, Bengio et al. 2013; Jacob et al., CVPR 2018).
 */
export interface FakeQuantization {
  /**
   * Bits of the kernels of dense layers and convolutions: symmetric, a scale a tensor, 2 to 8. With Q = 2^(bits−1) − 1 the
   * step is max |w| / Q, or where it is smaller 2 · mean |w| / √Q over the weights that are not 0, from which learned steps
   * start (Esser et al., ICLR 2020, section 2.1): with few bits the largest weight would make most others 0. Gradients of
   * weights beyond Q steps pass too, so that they can come back.
   */
  readonly weightBits: number | null;
  /** Bits of the values that activation functions give: from the batch's least to its largest value, 0 exact; 2 to 8. */
  readonly activationBits: number | null;
  /**
   * Whether the steps of kernels are parameters: tensors of the role `step`, which the network must have
   * (`withLearnedSteps`). Gradients of weights beyond Q steps are then 0.
   */
  readonly learnsSteps?: boolean;
}

/**
 * What the layers see of some tensors in the place of the numbers that are trained. Only training sees it: evaluation and
 * prediction take the weights themselves.
 */
export interface WeightTransform {
  /**
   * Scores s are trained, and each step sees w · m with m drawn anew, 1 with the probability σ(s) and else 0, within 2^−17.
   * The gradient at a score is that at w · m times w · σ′(s) (straight-through estimator, Bengio et al. 2013; Isik et al.,
   * ICLR 2023).
   */
  readonly kind: 'bernoulliMask';
  /** Names of the tensors that are scores. */
  readonly tensors: readonly string[];
  /** The weights w in layout order, of which those of the other tensors are not read. */
  readonly weights: Float32Array;
}

/** A training program: compiled once, then it serves every client of a host. */
export interface TrainingSpec {
  readonly network: CompiledNetwork;
  readonly optimizer: Optimizer;
  /** Cross-entropy where left out. */
  readonly loss?: Loss;
  /** Added to the loss. */
  readonly features?: readonly FeatureLoss[];
  /** Rows of the index matrix. */
  readonly batchSize: number;
  /** A raw input value times this is what the network sees. */
  readonly scale: number;
  /** The gradient of a batch, all trained tensors as one vector, is shortened to this Euclidean norm. */
  readonly clipNorm?: number;
  readonly hooks?: readonly Hook[];
  /** Before fake quantization, where both are of one tensor. */
  readonly weightTransform?: WeightTransform;
  readonly fakeQuantization?: FakeQuantization;
}

/** Plain stochastic gradient descent. */
export const sgd: Optimizer = { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 };

export const crossEntropy: Loss = { kind: 'crossEntropy', labelSmoothing: 0 };

/**
 * The local training of one client in one round: `steps` batches, one after the other. A step's gradient is that of the
 * batch's mean loss plus the proximal term, shortened to the clipping norm, plus the correction, plus the weight decay;
 * the optimizer makes a step of it, and the mask is applied.
 */
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
  /** What the draws of dropout and of masks follow from, with the layer or tensor and the step; 0 to 2^53 − 1. 0 where left out. */
  readonly seed?: number;
  /** Of the hook `proximal`. */
  readonly proximal?: { readonly mu: number; readonly center: Float32Array };
  /** Of the hook `correction`: layout order. */
  readonly correction?: Float32Array;
  /** Of the hook `mask`: layout order, 0 or 1. */
  readonly mask?: Float32Array;
  /** Of the loss `distillation`: the teacher's logits [steps, batchSize, classes]. */
  readonly teacher?: Float32Array;
  /**
   * Of each of {@link TrainingSpec.features}: targets [steps, batchSize, ...], of a hint the layer's own shape, of
   * attention [height · width], of distance and angle [size], of statistics none.
   */
  readonly features?: readonly Float32Array[];
}

export interface TrainingResult {
  readonly parameters: Float32Array;
  /** Mean over the steps of the batch's mean loss before its update. */
  readonly loss: number;
}

export interface EvaluationResult {
  readonly correct: number;
  /** Sum of the examples' cross-entropies in nats. */
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
  /**
   * The logits [indices.length, classes], or the values [indices.length, ...shape] that a layer gives.
   * @param layer its name; the last one when left out
   * @throws CodedError `argument/unknown-name`
   */
  predict(data: LoadedExamples, parameters: Float32Array, indices: Int32Array, layer?: string): Promise<Float32Array>;
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
