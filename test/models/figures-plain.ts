import type { ModelFigures } from './figures.js';

const mnist = [28, 28, 1];
const cifar = [32, 32, 3];

/** Dense networks, and convolutional ones without normalization; ten classes. */
export const plainFigures: readonly ModelFigures[] = [
  { model: 'logistic', inputShape: mnist, layers: [[784 * 10 + 10, 784 * 10]], parameters: 7850 },
  { model: 'logistic', inputShape: cifar, layers: [[3072 * 10 + 10, 3072 * 10]] },
  {
    model: 'mlp',
    inputShape: mnist,
    layers: [
      [784 * 128 + 128, 784 * 128],
      [128 * 10 + 10, 128 * 10],
    ],
    parameters: 101_770,
  },
  {
    model: 'mlp',
    inputShape: cifar,
    layers: [
      [3072 * 128 + 128, 3072 * 128],
      [128 * 10 + 10, 128 * 10],
    ],
  },
  {
    model: '2nn',
    inputShape: mnist,
    layers: [
      [784 * 200 + 200, 784 * 200],
      [200 * 200 + 200, 200 * 200],
      [200 * 10 + 10, 200 * 10],
    ],
    parameters: 199_210,
  },
  {
    model: '2nn',
    inputShape: cifar,
    layers: [
      [3072 * 200 + 200, 3072 * 200],
      [200 * 200 + 200, 200 * 200],
      [200 * 10 + 10, 200 * 10],
    ],
  },
  {
    model: 'cnn',
    inputShape: mnist,
    layers: [
      [5 * 5 * 1 * 32 + 32, 28 * 28 * (5 * 5 * 1) * 32],
      [5 * 5 * 32 * 64 + 64, 14 * 14 * (5 * 5 * 32) * 64],
      [7 * 7 * 64 * 512 + 512, 7 * 7 * 64 * 512],
      [512 * 10 + 10, 512 * 10],
    ],
    parameters: 1_663_370,
  },
  {
    model: 'cnn',
    inputShape: cifar,
    layers: [
      [5 * 5 * 3 * 32 + 32, 32 * 32 * (5 * 5 * 3) * 32],
      [5 * 5 * 32 * 64 + 64, 16 * 16 * (5 * 5 * 32) * 64],
      [8 * 8 * 64 * 512 + 512, 8 * 8 * 64 * 512],
      [512 * 10 + 10, 512 * 10],
    ],
  },
  {
    model: 'depthwise',
    inputShape: mnist,
    layers: [
      [3 * 3 * 1 * 32 + 32, 14 * 14 * (3 * 3 * 1) * 32],
      [3 * 3 * 32 + 32, 14 * 14 * (3 * 3) * 32],
      [32 * 64 + 64, 14 * 14 * 32 * 64],
      [3 * 3 * 64 + 64, 7 * 7 * (3 * 3) * 64],
      [64 * 128 + 128, 7 * 7 * 64 * 128],
      [3 * 3 * 128 + 128, 7 * 7 * (3 * 3) * 128],
      [128 * 128 + 128, 7 * 7 * 128 * 128],
      [128 * 10 + 10, 128 * 10],
    ],
    parameters: 30_794,
  },
  {
    model: 'depthwise',
    inputShape: cifar,
    layers: [
      [3 * 3 * 3 * 32 + 32, 16 * 16 * (3 * 3 * 3) * 32],
      [3 * 3 * 32 + 32, 16 * 16 * (3 * 3) * 32],
      [32 * 64 + 64, 16 * 16 * 32 * 64],
      [3 * 3 * 64 + 64, 8 * 8 * (3 * 3) * 64],
      [64 * 128 + 128, 8 * 8 * 64 * 128],
      [3 * 3 * 128 + 128, 8 * 8 * (3 * 3) * 128],
      [128 * 128 + 128, 8 * 8 * 128 * 128],
      [128 * 10 + 10, 128 * 10],
    ],
  },
  {
    // The zeros around 28 pixels make the first maps 28 × 28: 14 after pooling, 10 after the second convolution, 5.
    model: 'lenet5',
    inputShape: mnist,
    layers: [
      [5 * 5 * 1 * 6 + 6, 28 * 28 * (5 * 5 * 1) * 6],
      [5 * 5 * 6 * 16 + 16, 10 * 10 * (5 * 5 * 6) * 16],
      [5 * 5 * 16 * 120 + 120, 5 * 5 * 16 * 120],
      [120 * 84 + 84, 120 * 84],
      [84 * 10 + 10, 84 * 10],
    ],
    parameters: 61_706,
  },
  {
    model: 'lenet5',
    inputShape: cifar,
    layers: [
      [5 * 5 * 3 * 6 + 6, 28 * 28 * (5 * 5 * 3) * 6],
      [5 * 5 * 6 * 16 + 16, 10 * 10 * (5 * 5 * 6) * 16],
      [5 * 5 * 16 * 120 + 120, 5 * 5 * 16 * 120],
      [120 * 84 + 84, 120 * 84],
      [84 * 10 + 10, 84 * 10],
    ],
    parameters: 62_006,
  },
];
