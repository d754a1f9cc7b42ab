import type { Layer } from '../../../shared/models/network.js';
import { firstCase, innerCase, wholeCase, type LayerCase } from './layer-case.js';

const conv: Layer = { kind: 'conv2d', filters: 4, kernelSize: 2, useBias: false };

export const normalizationCases: readonly LayerCase[] = [
  innerCase('batchNormalization: of an image', [3, 2, 3], [{ kind: 'batchNormalization' }]),
  innerCase('batchNormalization: of a vector', [4], [{ kind: 'batchNormalization' }], { sizes: [4, 2, 3] }),
  innerCase('batchNormalization: of a text', [3, 4], [{ kind: 'batchNormalization' }]),
  innerCase(
    'batchNormalization: momentum and epsilon',
    [3, 2, 3],
    [{ kind: 'batchNormalization', momentum: 0.6, epsilon: 0.1 }],
  ),
  innerCase('batchNormalization: without memory', [3, 2, 3], [{ kind: 'batchNormalization', momentum: 0 }]),
  innerCase('batchNormalization: batches of one row', [3, 2, 3], [{ kind: 'batchNormalization' }], {
    batchSize: 1,
    sizes: [1, 1],
  }),
  innerCase('batchNormalization: image of 1×1', [1, 1, 3], [{ kind: 'batchNormalization' }], { sizes: [4, 3] }),
  firstCase('batchNormalization: first, on bytes', [3, 2, 2], [{ kind: 'batchNormalization' }], { form: 'bytes' }),
  firstCase(
    'batchNormalization: between convolutions',
    [5, 5, 1],
    [
      conv,
      { kind: 'batchNormalization' },
      { kind: 'activation', activation: 'relu' },
      conv,
      { kind: 'batchNormalization', momentum: 0.9 },
    ],
    { form: 'bytes' },
  ),
  wholeCase('batchNormalization: of the logits', [4], [{ kind: 'dense', units: 3 }, { kind: 'batchNormalization' }], {
    sizes: [4, 3],
  }),
  innerCase('groupNormalization: 2 groups', [3, 2, 4], [{ kind: 'groupNormalization', groups: 2 }]),
  innerCase(
    'groupNormalization: 8 groups, the default',
    [2, 2, 16],
    [{ kind: 'groupNormalization' }, { kind: 'globalAveragePooling2d' }],
  ),
  innerCase(
    'groupNormalization: one group, epsilon',
    [3, 2, 4],
    [{ kind: 'groupNormalization', groups: 1, epsilon: 0.1 }],
  ),
  innerCase('groupNormalization: a group a channel', [3, 2, 4], [{ kind: 'groupNormalization', groups: 4 }]),
  innerCase('groupNormalization: of a vector', [6], [{ kind: 'groupNormalization', groups: 2 }]),
  innerCase('groupNormalization: of a text', [3, 4], [{ kind: 'groupNormalization', groups: 2 }]),
  innerCase('groupNormalization: image of 1×1', [1, 1, 6], [{ kind: 'groupNormalization', groups: 2 }]),
  innerCase(
    'groupNormalization: between convolutions',
    [5, 5, 2],
    [conv, { kind: 'groupNormalization', groups: 2 }, { kind: 'activation', activation: 'relu' }, conv],
  ),
  firstCase('groupNormalization: first, on bytes', [3, 2, 4], [{ kind: 'groupNormalization', groups: 2 }], {
    form: 'bytes',
  }),
  innerCase('layerNormalization: of a vector', [5], [{ kind: 'layerNormalization' }]),
  innerCase('layerNormalization: of a text, epsilon', [3, 4], [{ kind: 'layerNormalization', epsilon: 0.1 }]),
  innerCase('layerNormalization: of an image', [3, 2, 4], [{ kind: 'layerNormalization' }]),
  firstCase('layerNormalization: first, on bytes', [5], [{ kind: 'layerNormalization' }], { form: 'bytes' }),
  innerCase('layerNormalization: between convolutions', [4, 4, 2], [conv, { kind: 'layerNormalization' }, conv]),
];
