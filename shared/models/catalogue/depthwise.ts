import { z } from 'zod';
import { pooledClassifier } from '../blocks/classifier.js';
import { convolution, depthwise as depthwiseConvolution, pointwise } from '../blocks/convolution.js';
import type { Model } from '../model.js';
import type { Layer } from '../network.js';

/** Channels in and out, and the step of the depthwise convolution. */
const blocks = [
  [32, 64, 1],
  [64, 128, 2],
  [128, 128, 1],
] as const;

const block = (name: string, [channels, filters, strides]: (typeof blocks)[number]): Layer[] => [
  ...depthwiseConvolution(`${name}/depthwise`, 'none', { channels, strides }),
  ...pointwise(name, 'none', { filters }),
];

/**
 * A small network of depthwise separable convolutions (the block of Howard et al., "MobileNets", 2017, section 3.1,
 * without normalization): the benchmark of the depthwise kernels. 30,794 parameters on MNIST.
 */
export const depthwise: Model = {
  name: 'depthwise',
  summary: 'three depthwise separable convolutions after a 3×3 one, without normalization: a benchmark',
  options: z.strictObject({}),
  build: ({ inputShape, classes }) => ({
    name: 'depthwise',
    input: inputShape,
    layers: [
      ...convolution('stem', 'none', { filters: 32, strides: 2 }),
      ...blocks.flatMap((sizes, index) => block(`block${index + 1}`, sizes)),
      ...pooledClassifier(classes),
    ],
    classes,
  }),
};
