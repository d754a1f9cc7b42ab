import { activationNames } from '../../../shared/models/layers/options.js';
import { firstCase, innerCase, wholeCase, type LayerCase } from './layer-case.js';

export const denseCases: readonly LayerCase[] = [
  wholeCase('dense: the only layer', [5], [{ kind: 'dense', units: 3 }]),
  wholeCase('dense: the only layer, on bytes', [5], [{ kind: 'dense', units: 3 }], { form: 'bytes' }),
  firstCase(
    'dense: first, on bytes, without bias',
    [2, 3, 1],
    [{ kind: 'flatten' }, { kind: 'dense', units: 4, useBias: false }],
    { form: 'bytes' },
  ),
  firstCase('dense: first, on an image of bytes', [2, 3, 3], [{ kind: 'dense', units: 4 }], { form: 'bytes' }),
  innerCase('dense: on each position of an image', [2, 3, 4], [{ kind: 'dense', units: 3 }]),
  innerCase('dense: on each position of a text, without bias', [3, 4], [{ kind: 'dense', units: 3, useBias: false }]),
  innerCase('dense: one unit', [4], [{ kind: 'dense', units: 1 }]),
  innerCase('dense: batches of one row', [4], [{ kind: 'dense', units: 5, activation: 'relu' }], {
    batchSize: 1,
    sizes: [1, 1, 1],
  }),
  innerCase('dense: large batches', [4], [{ kind: 'dense', units: 5, activation: 'relu' }], {
    batchSize: 33,
    sizes: [33, 20],
  }),
  ...activationNames.map((activation) =>
    innerCase(`dense: activation ${activation}`, [4], [{ kind: 'dense', units: 5, activation }]),
  ),
  firstCase(
    'dense: its value taken twice',
    [5],
    [
      { kind: 'dense', name: 'a', units: 4, activation: 'tanh' },
      { kind: 'dense', name: 'b', units: 4, from: 'a' },
      { kind: 'add', from: ['a', 'b'] },
    ],
  ),
  wholeCase(
    'dense: the raw data taken twice, of bytes',
    [5],
    [
      { kind: 'dense', name: 'a', units: 4, activation: 'tanh', from: 'input' },
      { kind: 'dense', name: 'b', units: 4, activation: 'sigmoid', from: 'input' },
      { kind: 'concatenate', from: ['a', 'b'] },
      { kind: 'dense', units: 3 },
    ],
    { form: 'bytes' },
  ),
];
