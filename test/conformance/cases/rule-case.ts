import type { FeatureLoss, Hook, TrainingSpec, TrainingTask } from '../../../shared/engine/engine.js';
import { crossEntropy, sgd } from '../../../shared/engine/engine.js';
import { targetSizes } from '../../../shared/engine/features.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { CompiledNetwork, Network } from '../../../shared/models/network.js';
import { RandomStream } from '../../../shared/util/random.js';
import { makeBatches, makeParameters, scaleOf, type InputForm } from '../inputs.js';

/** A way to train: a loss, an optimizer, what hooks add. */
export interface RuleCase {
  readonly title: string;
  readonly network: CompiledNetwork;
  readonly form: InputForm;
  readonly spec: TrainingSpec;
  readonly task: TrainingTask;
  /** Of the parameters, over each tensor's largest change. */
  readonly tolerance: number;
}

export const count = 40;
const batchSize = 5;

/** Dense layers, on floats. */
export const denseNetwork = compileNetwork({
  name: 'dense',
  input: [5],
  layers: [
    { kind: 'dense', units: 6, activation: 'tanh' },
    { kind: 'dense', name: 'logits', units: 3 },
  ],
  classes: 3,
});

/** Layers of every form of gradient and of parameters, with buffers. */
export const imageNetwork = compileNetwork({
  name: 'image',
  input: [5, 4, 2],
  layers: [
    { kind: 'conv2d', filters: 4, kernelSize: 2, useBias: false },
    { kind: 'batchNormalization', momentum: 0.9 },
    { kind: 'activation', activation: 'hardSwish' },
    { kind: 'depthwiseConv2d', kernelSize: 3, padding: 'same', activation: 'tanh' },
    { kind: 'averagePooling2d' },
    { kind: 'flatten' },
    { kind: 'dense', name: 'logits', units: 3 },
  ],
  classes: 3,
});

/** Tokens, whose gradients are sparse. */
export const textNetwork = compileNetwork({
  name: 'text',
  input: [3],
  layers: [
    { kind: 'embedding', inputDim: 6, outputDim: 3, positions: true },
    { kind: 'causalSelfAttention', numHeads: 1, keyDim: 2 },
    { kind: 'layerNormalization' },
    { kind: 'lastPosition' },
    { kind: 'dense', name: 'logits', units: 3 },
  ],
  classes: 3,
});

const forms = new Map<Network, InputForm>([
  [denseNetwork.network, 'floats'],
  [imageNetwork.network, 'bytes'],
  [textNetwork.network, { tokens: 6 }],
]);

export const networks: readonly CompiledNetwork[] = [denseNetwork, imageNetwork, textNetwork];

/** Normal numbers. */
export const randomVector = (length: number, purpose: string, spread: number): Float32Array => {
  const stream = new RandomStream({ seed: 3, purpose });
  return Float32Array.from({ length }, () => spread * stream.normal());
};

export interface RuleOptions {
  readonly spec?: Partial<TrainingSpec>;
  readonly task?: Partial<TrainingTask>;
  readonly sizes?: readonly number[];
  readonly tolerance?: number;
  readonly parameters?: Float32Array;
}

/** What each hook needs of the task. */
const parts: Readonly<Record<Hook, (parameters: Float32Array) => Partial<TrainingTask>>> = {
  proximal: ({ length }) => ({ proximal: { mu: 0.7, center: randomVector(length, 'center', 0.5) } }),
  correction: ({ length }) => ({ correction: randomVector(length, 'correction', 0.2) }),
  mask: (parameters) => ({ mask: parameters.map((value) => (value === 0 ? 0 : 1)) }),
};

/** Sets a third of the weights to 0, which a mask then keeps there. */
const pruned = ({ layout }: CompiledNetwork, parameters: Float32Array): Float32Array => {
  const stream = new RandomStream({ seed: 4, purpose: 'mask' });
  const result = parameters.slice();
  for (const { role, offset, size } of layout.tensors) {
    if (role === 'buffer' || role === 'step') continue;
    for (let i = offset; i < offset + size; i++) if (stream.below(3) === 0) result[i] = 0;
  }
  return result;
};

/** Targets of feature losses, of attention with the norm 1. */
const featureTargets = (
  network: CompiledNetwork,
  features: readonly FeatureLoss[],
  rows: number,
): readonly Float32Array[] =>
  targetSizes({ network, features }).map((size, i) => {
    const values = randomVector(rows * size, `feature ${i}`, 1);
    if (features[i].kind !== 'attention') return values;
    const norms = Array.from({ length: rows }, (_, row) =>
      Math.hypot(...values.subarray(row * size, (row + 1) * size)),
    );
    return values.map((value, at) => Math.abs(value) / norms[Math.floor(at / size)]);
  });

export const ruleCase = (
  title: string,
  network: CompiledNetwork,
  { spec = {}, task = {}, sizes = [5, 3, 5], tolerance = 1e-4, parameters }: RuleOptions,
): RuleCase => {
  const form = forms.get(network.network) ?? 'floats';
  const { loss = crossEntropy, hooks = [] } = spec;
  const own = parameters ?? makeParameters(network);
  const start = hooks.includes('mask') ? pruned(network, own) : own;
  const batches = makeBatches({ parameters: start, batchSize, sizes, learningRate: 0.1, count });
  const teacher = randomVector(batches.indices.length * 3, 'teacher', 2);
  return {
    title: `${title}, ${network.network.name}`,
    network,
    form,
    spec: { network, optimizer: sgd, batchSize, scale: scaleOf(form), ...spec },
    task: {
      ...batches,
      ...(loss.kind === 'distillation' && { teacher }),
      ...(spec.features !== undefined && { features: featureTargets(network, spec.features, batches.weights.length) }),
      ...Object.assign({}, ...hooks.map((hook) => parts[hook](start))),
      ...task,
    },
    tolerance,
  };
};
