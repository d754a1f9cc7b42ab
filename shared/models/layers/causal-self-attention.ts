import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import { glorotUniform, zeros } from '../initializers.js';
import { defineLayer } from './layer-kind.js';
import { count } from './options.js';

/**
 * Multi-head attention of a text to itself, each position to those before it and itself (Vaswani et al. 2017, section
 * 3.2): softmax(q kᵀ / √keyDim) v for each head, the heads side by side, then a dense layer back to the input's width.
 * The kernels of q, k and v are [width, numHeads · keyDim], the output's is its transpose's shape.
 */
export const causalSelfAttention = defineLayer({
  name: 'causalSelfAttention',
  summary: 'multi-head attention of each position to itself and those before it',
  options: z.strictObject({ numHeads: count('Number of heads'), keyDim: count('Width of a head') }),
  takes: 'one',
  plan: ({ numHeads, keyDim }, [inputShape]) => {
    if (inputShape.length !== 2) {
      throw new CodedError('model/bad-shape', `It takes a text, its input is [${inputShape.join(', ')}].`, {
        hint: 'The input must be [positions, width]: put an embedding before it.',
      });
    }
    const [positions, width] = inputShape;
    const inner = numHeads * keyDim;
    const projection = (name: string, from: number, to: number) =>
      [
        { name: `${name}_kernel`, shape: [from, to], role: 'weight', initializer: glorotUniform },
        { name: `${name}_bias`, shape: [to], role: 'weight', initializer: zeros },
      ] as const;
    return {
      outputShape: inputShape,
      tensors: [
        ...['query', 'key', 'value'].flatMap((name) => projection(name, width, inner)),
        ...projection('output', inner, width),
      ],
      flops: 2 * positions * (4 * width * inner + 2 * positions * inner),
    };
  },
});
