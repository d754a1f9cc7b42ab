import { activationNames } from '../../../shared/models/layers/options.js';
import type { Layer } from '../../../shared/models/network.js';
import { firstCase, innerCase, wholeCase, type LayerCase } from './layer-case.js';

const conv: Layer = { kind: 'conv2d', filters: 2, kernelSize: 2, padding: 'same' };

export const shapeCases: readonly LayerCase[] = [
  ...activationNames.flatMap((activation) => [
    innerCase(`activation: ${activation} of an image`, [2, 3, 4], [{ kind: 'activation', activation }]),
    innerCase(
      `activation: ${activation} after a convolution`,
      [3, 3, 2],
      [conv, { kind: 'activation', activation }, conv],
    ),
  ]),
  firstCase('activation: first, on bytes', [2, 3, 1], [{ kind: 'activation', activation: 'hardSwish' }, conv], {
    form: 'bytes',
  }),
  firstCase(
    'activation: of raw data that another layer takes too',
    [2, 3, 4],
    [
      { kind: 'activation', name: 'a', activation: 'gelu' },
      { kind: 'add', from: ['a', 'input'] },
    ],
    { form: 'bytes' },
  ),
  innerCase(
    'flatten: of an image, from a convolution',
    [2, 3, 2],
    [conv, { kind: 'flatten' }, { kind: 'dense', units: 4, activation: 'tanh' }],
  ),
  innerCase('flatten: of a vector', [4], [{ kind: 'flatten' }]),
  firstCase(
    'flatten: the raw data, taken twice',
    [2, 2, 1],
    [
      { kind: 'flatten', name: 'flat' },
      { kind: 'dense', name: 'a', units: 4, activation: 'tanh' },
      { kind: 'add', from: ['a', 'flat'] },
    ],
    { form: 'bytes' },
  ),
  innerCase(
    'reshape: image to text',
    [2, 3, 2],
    [conv, { kind: 'reshape', targetShape: [6, 2] }, { kind: 'dense', units: 2 }],
  ),
  innerCase('reshape: vector to image', [12], [{ kind: 'reshape', targetShape: [2, 3, 2] }, conv]),
  firstCase('reshape: first, on bytes', [12], [{ kind: 'reshape', targetShape: [2, 3, 2] }, conv], { form: 'bytes' }),
  innerCase('reshape: image to another image', [2, 3, 2], [conv, { kind: 'reshape', targetShape: [1, 4, 3] }, conv]),
  innerCase(
    'add: a residual',
    [3, 4, 2],
    [
      { kind: 'activation', name: 'short', activation: 'relu' },
      conv,
      { kind: 'add', from: ['conv2d', 'short'] },
      { kind: 'activation', activation: 'relu' },
    ],
  ),
  innerCase(
    'add: three values, one of them twice',
    [3, 4, 2],
    [
      { ...conv, name: 'a' },
      { ...conv, name: 'b', from: 'before' },
      { kind: 'add', from: ['a', 'b', 'a', 'before'] },
    ],
  ),
  firstCase(
    'add: of raw bytes',
    [4],
    [
      { kind: 'dense', name: 'a', units: 4 },
      { kind: 'add', from: ['input', 'a', 'input'] },
    ],
    { form: 'bytes' },
  ),
  wholeCase(
    'add: the logits',
    [4],
    [
      { kind: 'dense', name: 'a', units: 3, from: 'input' },
      { kind: 'dense', name: 'b', units: 3, from: 'input' },
      { kind: 'add', from: ['a', 'b'] },
    ],
  ),
  innerCase(
    'concatenate: images',
    [3, 3, 2],
    [
      { ...conv, name: 'a' },
      { kind: 'conv2d', name: 'b', filters: 3, kernelSize: 1, from: 'before' },
      { kind: 'concatenate', from: ['b', 'a', 'before'] },
      conv,
    ],
  ),
  innerCase('concatenate: a value with itself', [4], [{ kind: 'concatenate', from: ['before', 'before'] }]),
  firstCase(
    'concatenate: texts, one of raw bytes',
    [3, 2],
    [
      { kind: 'dense', name: 'a', units: 4 },
      { kind: 'concatenate', from: ['a', 'input'] },
    ],
    { form: 'bytes' },
  ),
  innerCase('channelShuffle: 2 groups of 3', [2, 2, 6], [{ kind: 'channelShuffle', groups: 2 }]),
  innerCase(
    'channelShuffle: between grouped convolutions',
    [3, 3, 6],
    [
      { ...conv, filters: 6, groups: 2 },
      { kind: 'channelShuffle', groups: 3 },
      { ...conv, filters: 2, groups: 2 },
    ],
  ),
  innerCase('channelShuffle: of a vector', [6], [{ kind: 'channelShuffle', groups: 3 }]),
  innerCase('channelShuffle: one group', [2, 2, 4], [{ kind: 'channelShuffle', groups: 1 }]),
  innerCase('shift: a channel each way', [3, 4, 9], [{ kind: 'shift' }]),
  innerCase(
    'shift: channels left over, from a convolution',
    [3, 3, 2],
    [{ ...conv, filters: 11 }, { kind: 'shift' }, { kind: 'conv2d', filters: 2, kernelSize: 1 }],
  ),
  innerCase('shift: fewer channels than ways', [3, 3, 4], [{ kind: 'shift' }]),
  innerCase(
    'shift: window of 5, larger than the image',
    [2, 3, 25],
    [{ kind: 'shift', kernelSize: 5 }, { kind: 'globalAveragePooling2d' }],
  ),
  innerCase('shift: window of 1', [2, 2, 3], [{ kind: 'shift', kernelSize: 1 }]),
  firstCase('shift: first, on bytes', [3, 3, 9], [{ kind: 'shift' }], { form: 'bytes' }),
  innerCase('dropout: of a vector', [6], [{ kind: 'dropout', rate: 0.5 }]),
  innerCase('dropout: of an image, between convolutions', [3, 3, 2], [conv, { kind: 'dropout', rate: 0.25 }, conv]),
  innerCase('dropout: rate 0', [6], [{ kind: 'dropout', rate: 0 }]),
  innerCase(
    'dropout: two layers drop apart',
    [3, 4],
    [
      { kind: 'dropout', rate: 0.3 },
      { kind: 'dense', units: 4 },
      { kind: 'dropout', rate: 0.6 },
    ],
  ),
  firstCase('dropout: first, on bytes', [6], [{ kind: 'dropout', rate: 0.3 }], { form: 'bytes' }),
];
