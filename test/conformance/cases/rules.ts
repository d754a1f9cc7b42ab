import { withLearnedSteps } from '../../../shared/engine/learned-steps.js';
import type { FeatureLoss, Loss, Optimizer, TrainingSpec } from '../../../shared/engine/engine.js';
import { sgd } from '../../../shared/engine/engine.js';
import { makeLayout, type Role } from '../../../shared/params/layout.js';
import type { CompiledNetwork } from '../../../shared/models/network.js';
import {
  denseNetwork,
  imageNetwork,
  networks,
  randomVector,
  ruleCase,
  textNetwork,
  type RuleCase,
  type RuleOptions,
} from './rule-case.js';

/** The case for every network. */
const everywhere = (title: string, options: RuleOptions): RuleCase[] =>
  networks.map((network) => ruleCase(title, network, options));

const losses: Readonly<Record<string, Loss>> = {
  'cross-entropy': { kind: 'crossEntropy', labelSmoothing: 0 },
  'label smoothing': { kind: 'crossEntropy', labelSmoothing: 0.2 },
  'mean squared error': { kind: 'meanSquaredError' },
  distillation: { kind: 'distillation', temperature: 3, alpha: 0.6 },
  'distillation without labels': { kind: 'distillation', temperature: 1, alpha: 1 },
  'distillation without a teacher’s part': { kind: 'distillation', temperature: 2, alpha: 0 },
};

const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0 } as const;
const momentum = { kind: 'sgd', momentum: 0.9, nesterov: false, weightDecay: 0 } as const;

const optimizers: Readonly<Record<string, Optimizer>> = {
  'weight decay': { ...sgd, weightDecay: 0.3 },
  momentum,
  'momentum and weight decay': { ...momentum, weightDecay: 0.3 },
  nesterov: { ...momentum, nesterov: true },
  'nesterov and weight decay': { ...momentum, momentum: 0.5, nesterov: true, weightDecay: 0.3 },
  adam,
  'adam with other betas': { ...adam, beta1: 0.5, beta2: 0.8, epsilon: 0.01 },
  'adam and weight decay': { ...adam, epsilon: 1e-3, weightDecay: 0.3 },
  adamw: { ...adam, kind: 'adamw', weightDecay: 0.3 },
};

/**
 * Attention's bias of the keys has the gradient 0. What rounding makes of it has any direction, which Adam follows as
 * it does a large one, unless epsilon is larger.
 */
const isExact = (optimizer: Optimizer, network: CompiledNetwork): boolean =>
  optimizer.kind === 'sgd' || optimizer.epsilon > 1e-4 || network !== textNetwork;

/** The same network with other roles for some tensors. */
const withRoles = (network: CompiledNetwork, roles: Readonly<Record<string, Role>>): CompiledNetwork => ({
  ...network,
  layout: makeLayout(network.layout.tensors.map((tensor) => ({ ...tensor, role: roles[tensor.name] ?? tensor.role }))),
});

const partlyFrozen = withRoles(denseNetwork, { 'dense/kernel': 'frozen', 'logits/bias': 'local' });
const partlyFrozenImage = withRoles(imageNetwork, { 'conv2d/kernel': 'frozen', 'batch_normalization/gamma': 'frozen' });

export const lossCases: readonly RuleCase[] = Object.entries(losses).flatMap(([title, loss]) =>
  everywhere(title, { spec: { loss } }),
);

/** What a layer of each network gives, compared. */
const comparedLayers: readonly (readonly [CompiledNetwork, readonly string[], channels: number])[] = [
  [denseNetwork, ['dense', 'logits'], 6],
  [imageNetwork, ['depthwise_conv2d', 'flatten'], 4],
  [textNetwork, ['layer_normalization', 'last_position'], 3],
];

const statisticsOf = (channels: number) => ({
  mean: randomVector(channels, 'mean', 0.5),
  variance: randomVector(channels, 'variance', 1).map((value) => 0.5 + Math.abs(value)),
});

const featureCase = (network: CompiledNetwork, feature: FeatureLoss): RuleCase =>
  ruleCase(`${feature.kind} of ${feature.layer}`, network, { spec: { features: [feature] } });

export const featureCases: readonly RuleCase[] = [
  ...comparedLayers.flatMap(([network, [first, second]]) => [
    featureCase(network, { kind: 'hint', layer: first, weight: 0.7 }),
    featureCase(network, { kind: 'distance', layer: first, weight: 2, size: 4 }),
    featureCase(network, { kind: 'angle', layer: second, weight: 3, size: 2 }),
  ]),
  ...['batch_normalization', 'depthwise_conv2d'].map((layer) =>
    featureCase(imageNetwork, { kind: 'attention', layer, weight: 1.5 }),
  ),
  ...comparedLayers.map(([network, [layer], channels]) =>
    featureCase(network, { kind: 'statistics', layer, weight: 0.3, ...statisticsOf(channels) }),
  ),
  ruleCase('four features, momentum, a mask and distillation', imageNetwork, {
    spec: {
      features: [
        { kind: 'attention', layer: 'depthwise_conv2d', weight: 1 },
        { kind: 'hint', layer: 'depthwise_conv2d', weight: 0.5 },
        { kind: 'distance', layer: 'logits', weight: 1, size: 5 },
        { kind: 'statistics', layer: 'conv2d', weight: 0.1, ...statisticsOf(4) },
      ],
      loss: { kind: 'distillation', temperature: 2, alpha: 0.5 },
      optimizer: momentum,
      hooks: ['mask'],
    },
    tolerance: 1e-3,
  }),
  ruleCase('distances and angles of one, two and three examples', denseNetwork, {
    spec: {
      features: [
        { kind: 'distance', layer: 'dense', weight: 2, size: 3 },
        { kind: 'angle', layer: 'dense', weight: 2, size: 3 },
      ],
    },
    sizes: [1, 2, 3],
  }),
];

export const optimizerCases: readonly RuleCase[] = [
  ...Object.entries(optimizers).flatMap(([title, optimizer]) =>
    networks
      .filter((network) => isExact(optimizer, network))
      .map((network) =>
        ruleCase(title, network, { spec: { optimizer }, task: { learningRate: 0.02 }, tolerance: 1e-3 }),
      ),
  ),
  ...[momentum, adam].map((optimizer) =>
    ruleCase(`${optimizer.kind}: ten steps`, denseNetwork, {
      spec: { optimizer },
      sizes: [5, 5, 4, 5, 1, 5, 5, 3, 5, 5],
      task: { learningRate: 0.02 },
      tolerance: 1e-3,
    }),
  ),
];

const clipNorm = 0.2;

export const hookCases: readonly RuleCase[] = [
  ...everywhere('gradients shortened to a norm', { spec: { clipNorm } }),
  ...everywhere('gradients shorter than the norm', { spec: { clipNorm: 1000 } }),
  ...everywhere('proximal', { spec: { hooks: ['proximal'] } }),
  ...everywhere('correction', { spec: { hooks: ['correction'] } }),
  ...everywhere('mask', { spec: { hooks: ['mask'] } }),
  ...everywhere('all hooks, clipping and weight decay', {
    spec: {
      hooks: ['mask', 'correction', 'proximal'],
      clipNorm,
      optimizer: { ...momentum, nesterov: true, weightDecay: 0.2 },
      loss: { kind: 'distillation', temperature: 2, alpha: 0.5 },
    },
    task: { learningRate: 0.02 },
    tolerance: 1e-3,
  }),
  ...everywhere('hooks with adamw', {
    spec: {
      hooks: ['proximal', 'correction', 'mask'],
      clipNorm,
      optimizer: { ...adam, kind: 'adamw', epsilon: 1e-3, weightDecay: 0.2 },
    },
    task: { learningRate: 0.02 },
    tolerance: 1e-3,
  }),
  ...[partlyFrozen, partlyFrozenImage].flatMap((network) => [
    ruleCase('frozen tensors, clipped', network, { spec: { clipNorm } }),
    ruleCase('frozen tensors, all hooks and momentum', network, {
      spec: { hooks: ['mask', 'correction', 'proximal'], optimizer: { ...momentum, weightDecay: 0.2 } },
      tolerance: 1e-3,
    }),
  ]),
];

const quantizations = [
  { weightBits: 8, activationBits: null },
  { weightBits: 3, activationBits: null },
  { weightBits: 2, activationBits: null },
  { weightBits: null, activationBits: 8 },
  { weightBits: null, activationBits: 3 },
  { weightBits: 4, activationBits: 4 },
] as const;

export const quantizationCases: readonly RuleCase[] = [
  ...quantizations.flatMap((fakeQuantization) =>
    networks.slice(0, 2).map((network) => {
      const { weightBits, activationBits } = fakeQuantization;
      const title = `weights of ${weightBits ?? 32} bits, activations of ${activationBits ?? 32}`;
      return ruleCase(title, network, { spec: { fakeQuantization } });
    }),
  ),
  ...[2, 4, 8].flatMap((weightBits) =>
    networks.slice(0, 2).map((network) =>
      ruleCase(`learned steps of ${weightBits} bits`, withLearnedSteps(network, weightBits), {
        spec: { fakeQuantization: { weightBits, activationBits: null, learnsSteps: true } },
      }),
    ),
  ),
  ruleCase('learned steps, with momentum, mask and clipping', withLearnedSteps(imageNetwork, 3), {
    spec: {
      fakeQuantization: { weightBits: 3, activationBits: null, learnsSteps: true },
      hooks: ['mask'],
      clipNorm,
      optimizer: momentum,
    },
    tolerance: 1e-3,
  }),
  ruleCase('quantized, with momentum, mask and clipping', imageNetwork, {
    spec: { fakeQuantization: { weightBits: 4, activationBits: 6 }, hooks: ['mask'], clipNorm, optimizer: momentum },
    tolerance: 1e-3,
  }),
];

/** Masks of some tensors, on weights of their own. */
const masked = (network: CompiledNetwork, tensors: readonly string[]): Pick<TrainingSpec, 'weightTransform'> => ({
  weightTransform: {
    kind: 'bernoulliMask',
    tensors,
    weights: randomVector(network.layout.floats, 'masked weights', 0.7),
  },
});

const maskedCase = (
  title: string,
  network: CompiledNetwork,
  tensors: readonly string[],
  { spec, task, ...more }: RuleOptions = {},
): RuleCase =>
  ruleCase(title, network, { spec: { ...masked(network, tensors), ...spec }, task: { seed: 5, ...task }, ...more });

const imageKernels = ['conv2d/kernel', 'depthwise_conv2d/kernel', 'logits/kernel'];

export const maskCases: readonly RuleCase[] = [
  maskedCase('masks of all', denseNetwork, ['dense/kernel', 'dense/bias', 'logits/kernel', 'logits/bias']),
  maskedCase('masks of kernels', denseNetwork, ['dense/kernel', 'logits/kernel'], { task: { learningRate: 5 } }),
  maskedCase('masks of kernels', imageNetwork, imageKernels, { task: { learningRate: 2 } }),
  maskedCase('masks of embeddings', textNetwork, ['embedding/embeddings', 'embedding/positions', 'logits/kernel']),
  maskedCase('masks, momentum, weight decay and clipping', imageNetwork, imageKernels, {
    spec: { optimizer: { ...momentum, weightDecay: 0.1 }, clipNorm },
    tolerance: 1e-3,
  }),
  maskedCase('masks with adam', denseNetwork, ['dense/kernel'], {
    spec: { optimizer: { ...adam, epsilon: 1e-3 } },
    tolerance: 1e-3,
  }),
  maskedCase('masks of frozen biases', partlyFrozen, ['logits/kernel']),
  maskedCase('masks of quantized weights', denseNetwork, ['dense/kernel'], {
    spec: { fakeQuantization: { weightBits: 5, activationBits: null } },
  }),
];

export const ruleCases: readonly RuleCase[] = [
  ...lossCases,
  ...featureCases,
  ...optimizerCases,
  ...hookCases,
  ...maskCases,
  ...quantizationCases,
];
