import type { Activation } from '../layers/options.js';
import type { Layer } from '../network.js';
import { chain, type Step } from './chain.js';
import { normalizationSteps, type Normalization } from './normalization.js';

export interface ConvolutionOptions {
  readonly filters: number;
  readonly kernelSize?: number;
  readonly strides?: number;
  readonly groups?: number;
  readonly activation?: Activation;
  /** What it takes; by default the layer before. */
  readonly from?: string;
}

/**
 * The convolution has a bias and the activation itself where nothing comes between; a normalization has its own bias.
 */
const normalized = (
  layerOf: (own: { useBias: boolean; activation: Activation }) => Layer,
  { normalization, channels, activation }: { normalization: Normalization; channels: number; activation: Activation },
): Step[] => {
  if (normalization === 'none') return [['conv', layerOf({ useBias: true, activation })]];
  const last: Step[] = activation === 'linear' ? [] : [['activation', { kind: 'activation', activation }]];
  const linear = layerOf({ useBias: false, activation: 'linear' });
  return [['conv', linear], ...normalizationSteps(normalization, channels), ...last];
};

/** Convolution with zeros around, normalization, activation: ReLU unless told otherwise. */
export const convolution = (
  name: string,
  normalization: Normalization,
  { filters, kernelSize = 3, strides = 1, groups = 1, activation = 'relu', from }: ConvolutionOptions,
): Layer[] => {
  const steps = normalized(
    (own) => ({ kind: 'conv2d', filters, kernelSize, strides, groups, padding: 'same', ...own }),
    { normalization, channels: filters, activation },
  );
  return chain(name, steps, from);
};

/** A 1×1 convolution: each position by itself. */
export const pointwise = (name: string, normalization: Normalization, options: ConvolutionOptions): Layer[] =>
  convolution(name, normalization, { ...options, kernelSize: 1 });

interface DepthwiseOptions {
  /** Of its input. */
  readonly channels: number;
  readonly kernelSize?: number;
  readonly strides?: number;
  readonly activation?: Activation;
}

/** A convolution of each channel by itself, 3×3 unless told otherwise, normalization, activation. */
export const depthwise = (
  name: string,
  normalization: Normalization,
  { channels, kernelSize = 3, strides = 1, activation = 'relu' }: DepthwiseOptions,
): Layer[] => {
  const steps = normalized((own) => ({ kind: 'depthwiseConv2d', kernelSize, strides, padding: 'same', ...own }), {
    normalization,
    channels,
    activation,
  });
  return chain(name, steps);
};
