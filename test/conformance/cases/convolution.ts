import { activationNames } from '../../../shared/models/layers/options.js';
import type { Layer } from '../../../shared/models/network.js';
import { firstCase, innerCase, wholeCase, type LayerCase } from './layer-case.js';

const conv2d = (options: Partial<Layer & { kind: 'conv2d' }>): Layer => ({
  kind: 'conv2d',
  filters: 3,
  kernelSize: 3,
  ...options,
});

const depthwise = (options: Partial<Layer & { kind: 'depthwiseConv2d' }>): Layer => ({
  kind: 'depthwiseConv2d',
  kernelSize: 3,
  ...options,
});

const image = [5, 4, 2];

export const convolutionCases: readonly LayerCase[] = [
  ...(['bytes', 'floats'] as const).flatMap((form) =>
    [1, 3].map((channels) =>
      firstCase(`conv2d: first, ${channels} channels of ${form}`, [5, 4, channels], [conv2d({})], { form }),
    ),
  ),
  firstCase('conv2d: first, same, stride 2, on bytes', [6, 5, 3], [conv2d({ padding: 'same', strides: 2 })], {
    form: 'bytes',
  }),
  innerCase('conv2d: valid', image, [conv2d({})]),
  innerCase('conv2d: same', image, [conv2d({ padding: 'same' })]),
  innerCase('conv2d: without bias', image, [conv2d({ useBias: false })]),
  innerCase('conv2d: kernel of 1', image, [conv2d({ kernelSize: 1 })]),
  innerCase('conv2d: kernel of 1, stride 2', image, [conv2d({ kernelSize: 1, strides: 2 })]),
  innerCase('conv2d: even kernel, same: one zero more at the end', image, [conv2d({ kernelSize: 2, padding: 'same' })]),
  innerCase('conv2d: kernel 2×3, stride 2×1, same', image, [
    conv2d({ kernelSize: [2, 3], strides: [2, 1], padding: 'same' }),
  ]),
  innerCase('conv2d: stride 2, valid, last row not seen', [6, 6, 2], [conv2d({ strides: 2 })]),
  innerCase('conv2d: stride 2, same, even image', [6, 6, 2], [conv2d({ strides: 2, padding: 'same' })]),
  innerCase('conv2d: stride 3, same', [7, 5, 2], [conv2d({ strides: 3, padding: 'same' })]),
  innerCase('conv2d: stride larger than the kernel', [7, 7, 2], [conv2d({ kernelSize: 2, strides: 3 })]),
  innerCase('conv2d: dilation 2, valid', [6, 5, 2], [conv2d({ dilationRate: 2 })]),
  innerCase('conv2d: dilation 1×2, same', image, [conv2d({ dilationRate: [1, 2], padding: 'same' })]),
  innerCase('conv2d: groups 2', [4, 4, 4], [conv2d({ groups: 2, filters: 6, padding: 'same' })]),
  innerCase(
    'conv2d: groups 2, stride 2, kernel of 1',
    [4, 4, 4],
    [conv2d({ groups: 2, filters: 4, kernelSize: 1, strides: 2 })],
  ),
  innerCase('conv2d: a group a channel', [4, 4, 3], [conv2d({ groups: 3, filters: 6 })]),
  innerCase('conv2d: image of 1×1', [1, 1, 3], [conv2d({ padding: 'same' })]),
  innerCase('conv2d: the kernel is as large as the image', [3, 3, 2], [conv2d({})]),
  innerCase('conv2d: the padding is larger than the image', [2, 2, 2], [conv2d({ kernelSize: 5, padding: 'same' })]),
  innerCase('conv2d: one filter', image, [conv2d({ filters: 1 })]),
  innerCase('conv2d: filters in several blocks', [3, 3, 4], [conv2d({ filters: 17, kernelSize: 2 })]),
  innerCase('conv2d: batches of one row', image, [conv2d({})], { batchSize: 1, sizes: [1, 1, 1] }),
  ...activationNames.map((activation) =>
    innerCase(`conv2d: activation ${activation}`, image, [conv2d({ activation })]),
  ),
  innerCase(
    'conv2d: two, then pooling',
    [6, 6, 2],
    [
      conv2d({ padding: 'same', activation: 'relu' }),
      conv2d({ filters: 4, activation: 'relu' }),
      { kind: 'maxPooling2d' },
    ],
  ),
  wholeCase(
    'conv2d: logits without a dense layer',
    [4, 4, 2],
    [conv2d({ activation: 'tanh' }), conv2d({ kernelSize: 1 }), { kind: 'globalAveragePooling2d' }],
  ),
  innerCase('depthwiseConv2d: valid', image, [depthwise({})]),
  innerCase('depthwiseConv2d: same', image, [depthwise({ padding: 'same' })]),
  innerCase('depthwiseConv2d: without bias', image, [depthwise({ useBias: false })]),
  innerCase('depthwiseConv2d: stride 2, same, even image', [6, 6, 3], [depthwise({ strides: 2, padding: 'same' })]),
  innerCase('depthwiseConv2d: stride 2, valid', [6, 5, 3], [depthwise({ strides: 2 })]),
  innerCase(
    'depthwiseConv2d: stride 2×1, kernel 2×3',
    [5, 4, 3],
    [depthwise({ kernelSize: [2, 3], strides: [2, 1], padding: 'same' })],
  ),
  innerCase('depthwiseConv2d: dilation 2', [6, 5, 2], [depthwise({ dilationRate: 2 })]),
  innerCase('depthwiseConv2d: dilation 2, same', [5, 5, 2], [depthwise({ dilationRate: 2, padding: 'same' })]),
  innerCase('depthwiseConv2d: multiplier 2', [4, 4, 3], [depthwise({ depthMultiplier: 2 })]),
  innerCase(
    'depthwiseConv2d: multiplier 3, stride 2, same',
    [5, 4, 2],
    [depthwise({ depthMultiplier: 3, strides: 2, padding: 'same' })],
  ),
  innerCase('depthwiseConv2d: image of 1×1', [1, 1, 3], [depthwise({ padding: 'same' })]),
  innerCase('depthwiseConv2d: one channel', [4, 4, 1], [depthwise({})]),
  innerCase(
    'depthwiseConv2d: channels in several blocks',
    [3, 3, 18],
    [depthwise({ kernelSize: 2 }), { kind: 'globalAveragePooling2d' }],
  ),
  ...activationNames.map((activation) =>
    innerCase(`depthwiseConv2d: activation ${activation}`, image, [depthwise({ activation })]),
  ),
  firstCase('depthwiseConv2d: first, on bytes', [5, 4, 3], [depthwise({ padding: 'same' })], { form: 'bytes' }),
  innerCase(
    'separableConv2d',
    [5, 4, 2],
    [
      {
        kind: 'separableConv2d',
        filters: 3,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        depthMultiplier: 2,
        activation: 'relu6',
      },
    ],
  ),
  innerCase(
    'separableConv2d: dilation, without bias',
    [5, 5, 2],
    [{ kind: 'separableConv2d', filters: 2, kernelSize: 2, dilationRate: 2, useBias: false }],
  ),
];
