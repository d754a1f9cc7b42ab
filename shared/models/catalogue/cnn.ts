import { z } from 'zod';
import type { Model } from '../model.js';
import type { Layer } from '../network.js';

const stage = (filters: number): Layer[] => [
  { kind: 'conv2d', filters, kernelSize: 5, padding: 'same', activation: 'relu' },
  { kind: 'maxPooling2d' },
];

/**
 * The CNN of McMahan et al., "Communication-Efficient Learning of Deep Networks from Decentralized Data" (AISTATS
 * 2017), section 3: two 5×5 convolutions with 32 and 64 channels, each followed by 2×2 max pooling, a dense layer of
 * 512 units with ReLU: 1,663,370 parameters on MNIST, as in the paper, which zeros around the images give.
 */
export const cnn: Model = {
  name: 'cnn',
  summary: 'the FedAvg paper’s CNN: two 5×5 convolutions with pooling, a dense layer of 512 units',
  options: z.strictObject({}),
  build: ({ inputShape, classes }) => ({
    name: 'cnn',
    input: inputShape,
    layers: [
      ...stage(32),
      ...stage(64),
      { kind: 'flatten' },
      { kind: 'dense', units: 512, activation: 'relu' },
      { kind: 'dense', units: classes },
    ],
    classes,
  }),
};
