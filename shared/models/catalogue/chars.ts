import { z } from 'zod';
import { chain } from '../blocks/chain.js';
import type { Model } from '../model.js';
import type { Layer } from '../network.js';

const options = z.strictObject({
  vocabulary: z
    .int()
    .min(2)
    .max(1_000_000)
    .nullable()
    .default(null)
    .describe('Number of different characters in the texts, from 2 to 1000000; null: as many as there are classes.'),
  width: z
    .int()
    .min(8)
    .max(4096)
    .multipleOf(8)
    .default(64)
    .describe('Length of a position’s vector, a multiple of 8 from 8 to 4096.'),
  heads: z
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe('Attention heads, from 1 to 64; each has width / heads values, rounded up.'),
  blocks: z.int().min(1).max(24).default(1).describe('Blocks of attention and dense layers, from 1 to 24.'),
});

type Options = z.output<typeof options>;

/** What a part of a block adds to its input, from the input's normalized values. */
const residual = (name: string, input: string, part: readonly Layer[]): Layer[] => [
  ...chain(
    `${name}/branch`,
    [['norm', { kind: 'layerNormalization' }], ...part.map((layer) => [layer.kind, layer] as const)],
    input,
  ),
  { kind: 'add', name, from: [input, `${name}/branch`] },
];

const block = (name: string, input: string, { width, heads }: Options): Layer[] => [
  ...residual(`${name}/attention`, input, [
    { kind: 'causalSelfAttention', numHeads: heads, keyDim: Math.ceil(width / heads) },
  ]),
  ...residual(name, `${name}/attention`, [
    { kind: 'dense', units: 4 * width, activation: 'gelu' },
    { kind: 'dense', units: width },
  ]),
];

/**
 * Next-character prediction with the decoder of Vaswani et al., "Attention Is All You Need" (NeurIPS 2017), section 3,
 * layers normalized before each part as by Radford et al. ("Language Models are Unsupervised Multitask Learners", 2019,
 * section 2.3), positions trained: the last position's vector gives the logits.
 */
export const chars: Model = {
  name: 'chars',
  summary: 'predicts the next character of a text: embedding, causal self-attention, a dense layer',
  options,
  build: ({ inputShape, classes }, given) => {
    const parsed = options.parse(given);
    const { vocabulary, width, blocks } = parsed;
    const names = Array.from({ length: blocks }, (_, i) => `block${i + 1}`);
    return {
      name: 'chars',
      input: inputShape,
      layers: [
        { kind: 'embedding', name: 'embedding', inputDim: vocabulary ?? classes, outputDim: width, positions: true },
        ...names.flatMap((name, i) => block(name, i === 0 ? 'embedding' : names[i - 1], parsed)),
        { kind: 'lastPosition' },
        { kind: 'layerNormalization', name: 'norm' },
        { kind: 'dense', name: 'logits', units: classes },
      ],
      classes,
    };
  },
};
