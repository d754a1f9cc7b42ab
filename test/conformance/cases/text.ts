import type { Layer } from '../../../shared/models/network.js';
import { firstCase, innerCase, wholeCase, type LayerCase } from './layer-case.js';

const tokens = { form: { tokens: 5 } } as const;
const embedding: Layer = { kind: 'embedding', inputDim: 5, outputDim: 4 };

export const textCases: readonly LayerCase[] = [
  firstCase('embedding: tokens', [3], [embedding], tokens),
  firstCase('embedding: tokens and positions', [3], [{ ...embedding, positions: true }], tokens),
  firstCase('embedding: a text of one token', [1], [{ ...embedding, outputDim: 1 }], tokens),
  firstCase('embedding: tokens that are not there', [2], [{ ...embedding, inputDim: 9 }], tokens),
  firstCase(
    'embedding: two of the same tokens',
    [3],
    [
      { ...embedding, name: 'a', from: 'input' },
      { ...embedding, name: 'b', from: 'input', positions: true },
      { kind: 'add', from: ['a', 'b'] },
    ],
    tokens,
  ),
  innerCase('causalSelfAttention: one head', [3, 4], [{ kind: 'causalSelfAttention', numHeads: 1, keyDim: 3 }]),
  innerCase('causalSelfAttention: two heads', [4, 3], [{ kind: 'causalSelfAttention', numHeads: 2, keyDim: 2 }]),
  innerCase('causalSelfAttention: one position', [1, 3], [{ kind: 'causalSelfAttention', numHeads: 2, keyDim: 2 }]),
  firstCase('causalSelfAttention: on raw values', [3, 2], [{ kind: 'causalSelfAttention', numHeads: 1, keyDim: 2 }], {
    form: 'bytes',
  }),
  innerCase('lastPosition', [3, 4], [{ kind: 'lastPosition' }]),
  firstCase('lastPosition: of raw bytes', [3, 4], [{ kind: 'lastPosition' }], { form: 'bytes' }),
  wholeCase(
    'causalSelfAttention: a block as in a language model',
    [4],
    [
      { ...embedding, name: 'tokens', positions: true },
      { kind: 'layerNormalization' },
      { kind: 'causalSelfAttention', name: 'attention', numHeads: 2, keyDim: 2 },
      { kind: 'add', name: 'attended', from: ['attention', 'tokens'] },
      { kind: 'layerNormalization' },
      { kind: 'dense', units: 6, activation: 'gelu' },
      { kind: 'dense', name: 'out', units: 4 },
      { kind: 'add', from: ['out', 'attended'] },
      { kind: 'lastPosition' },
      { kind: 'dense', name: 'logits', units: 3 },
    ],
    tokens,
  ),
];
