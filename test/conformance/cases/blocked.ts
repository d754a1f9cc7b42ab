import type { Layer } from '../../../shared/models/network.js';
import { firstCase, innerCase, type LayerCase } from './layer-case.js';

const conv2d = (filters: number, options: Partial<Layer & { kind: 'conv2d' }>): Layer => ({
  kind: 'conv2d',
  filters,
  kernelSize: 2,
  padding: 'same',
  ...options,
});

const depthwise = (options: Partial<Layer & { kind: 'depthwiseConv2d' }>): Layer => ({
  kind: 'depthwiseConv2d',
  kernelSize: 3,
  padding: 'same',
  ...options,
});

const pointwise = (units: number): Layer => ({ kind: 'conv2d', filters: units, kernelSize: 1 });
const pool: Layer = { kind: 'maxPooling2d' };
const mean: Layer = { kind: 'globalAveragePooling2d' };

/**
 * Networks that the blocked forms take: numbers of channels that are multiples of a block, and batches of less than a
 * block, of a block, and of more.
 * @param c channels of a block
 */
export const blockedCases = (c: number): readonly LayerCase[] => [
  ...[1, 2 * c, c + 2].map((batchSize) =>
    innerCase(`blocked: conv2d, batches of ${batchSize}`, [3, 3, c], [conv2d(c, {}), mean], {
      batchSize,
      sizes: [batchSize, Math.ceil(batchSize / 2)],
    }),
  ),
  innerCase('blocked: conv2d from one block to two', [3, 2, c], [conv2d(2 * c, { kernelSize: 1 }), mean]),
  innerCase(
    'blocked: conv2d from two blocks to one, stride 2',
    [4, 3, 2 * c],
    [conv2d(c, { kernelSize: [2, 1], strides: 2 }), mean],
  ),
  innerCase('blocked: conv2d, stride 2×1, relu', [5, 4, c], [conv2d(c, { strides: [2, 1], activation: 'relu' }), mean]),
  innerCase('blocked: conv2d, stride 3, valid', [7, 5, c], [conv2d(c, { strides: 3, padding: 'valid' }), mean]),
  innerCase('blocked: conv2d, dilation 2', [5, 4, c], [conv2d(c, { dilationRate: 2 }), mean]),
  innerCase(
    'blocked: conv2d, dilation 1×2, valid, without bias',
    [4, 5, c],
    [conv2d(c, { dilationRate: [1, 2], padding: 'valid', useBias: false, activation: 'tanh' }), mean],
  ),
  innerCase(
    'blocked: conv2d on a value that another layer takes too',
    [3, 3, c],
    [conv2d(c, { kernelSize: 1, name: 'a' }), conv2d(c, { name: 'b' }), { kind: 'add', from: ['a', 'b'] }, mean],
  ),
  innerCase(
    'blocked: values in blocks go on to a plain layer and back',
    [3, 3, c],
    [conv2d(c, { kernelSize: 1 }), { kind: 'averagePooling2d', poolSize: 2, strides: 1 }, pointwise(c), mean],
  ),
  firstCase('blocked: conv2d on data of 3 channels', [5, 4, 3], [conv2d(c, { kernelSize: 3, strides: 2 }), mean], {
    form: 'bytes',
  }),
  ...[1, c + 2].map((batchSize) =>
    firstCase(
      `blocked: conv2d and pooling on data, batches of ${batchSize}`,
      [6, 4, 1],
      [conv2d(c, { kernelSize: 3, activation: 'relu' }), pool, mean],
      { form: 'bytes', batchSize, sizes: [batchSize, Math.ceil(batchSize / 2)] },
    ),
  ),
  firstCase(
    'blocked: conv2d 5×2 and pooling on data, valid, linear',
    [8, 7, 1],
    [conv2d(2 * c, { kernelSize: [5, 2], padding: 'valid', useBias: false }), pool],
  ),
  firstCase('blocked: conv2d 2×1 and pooling on data', [4, 6, 1], [conv2d(c, { kernelSize: [2, 1] }), pool, mean]),
  innerCase(
    'blocked: max pooling',
    [4, 6, 2 * c],
    [{ kind: 'conv2d', filters: 2 * c, kernelSize: 1, groups: 1 }, pool, mean],
  ),
  innerCase('blocked: depthwise', [4, 3, c], [conv2d(c, { kernelSize: 1 }), depthwise({}), mean]),
  innerCase('blocked: depthwise, two blocks, relu', [3, 2, 2 * c], [depthwise({ activation: 'relu' }), mean]),
  innerCase('blocked: depthwise, stride 2, even image', [6, 4, c], [depthwise({ strides: 2 }), mean]),
  innerCase(
    'blocked: depthwise, stride 2, odd image, valid',
    [5, 7, c],
    [depthwise({ strides: 2, padding: 'valid' }), mean],
  ),
  innerCase(
    'blocked: depthwise 2×3, stride 3×2',
    [7, 5, c],
    [depthwise({ kernelSize: [2, 3], strides: [3, 2], useBias: false }), mean],
  ),
  innerCase('blocked: depthwise, dilation 2', [5, 5, c], [depthwise({ dilationRate: 2 }), mean], { batchSize: c + 2 }),
  innerCase('blocked: flatten', [2, 3, 2 * c], [conv2d(c, { kernelSize: 1 }), conv2d(2 * c, { kernelSize: 1 })]),
  ...(
    [
      ['batch normalization', { kind: 'batchNormalization', momentum: 0.6 }],
      ['layer normalization', { kind: 'layerNormalization' }],
      ['group normalization, a block a group', { kind: 'groupNormalization', groups: 2 }],
      ['group normalization, groups smaller than a block', { kind: 'groupNormalization', groups: 4 }],
      ['dropout', { kind: 'dropout', rate: 0.3 }],
    ] as const
  ).map(([title, layer]) =>
    innerCase(`blocked: ${title}, on two blocks`, [2, 2, c], [pointwise(2 * c), layer, pointwise(c), mean]),
  ),
];
