import { z } from 'zod';
import type { CompiledNetwork } from '../../models/network.js';
import { withLearnedSteps, withoutSteps } from '../../engine/learned-steps.js';
import { learnedGrid, requireKernels, trainedGrid, withGrids } from '../quantize/kernels.js';
import { activationBits, step, weightBits } from '../quantize/options.js';
import { defineFederated } from './during.js';

/**
 * Clients train with weights, and what activation functions give, on grids; gradients pass as if they were not (straight
 * through). What is evaluated and kept is the model with its kernels on their grids. With
 * `downlink: { send: model, scope: tensor, errorFeedback: true, stages: [{ quantize: { bits, scale: trained, rounding: dithered } }] }`
 * the model travels in those bits and the coordinator keeps what they leave out. The dither spreads the weights over their
 * steps: weights that begin at levels exactly stay there for a whole round, and a client learns nothing of what it does.
 */
export const qat = defineFederated({
  name: 'qat',
  summary: 'trains with quantized weights and activations; the model that is kept is on its grids',
  family: 'quantization',
  phases: ['quantized training'],
  paper:
    'Jacob et al. 2018, Quantization and Training of Neural Networks; Bengio et al. 2013 (straight-through estimator); Esser et al. 2020, Learned Step Size Quantization',
  options: z.strictObject({
    weightBits: weightBits
      .unwrap()
      .default(4)
      .describe(weightBits.description ?? ''),
    activationBits: activationBits
      .unwrap()
      .default(null)
      .describe(
        'Bits of what activation functions give, in training alone: the model is evaluated with float32 ones; from 2 to 8, or null for float32.',
      ),
    step,
  }),
  shorthand: 'weightBits',
  create: ({ weightBits: bits, activationBits: ofActivations, step: origin }) => {
    const learnsSteps = origin === 'learned';
    return {
      training: { fakeQuantization: { weightBits: bits, activationBits: ofActivations, learnsSteps } },
      ...(learnsSteps ? { extended: (network: CompiledNetwork) => withLearnedSteps(network, bits) } : {}),
      deployed: (network, parameters) => {
        const kernels = requireKernels({ network });
        const grids = kernels.map((kernel) =>
          learnsSteps ? learnedGrid(kernel, parameters, bits) : trainedGrid(kernel, parameters.floats, bits),
        );
        const own = learnsSteps ? withoutSteps(network, parameters) : parameters;
        return withGrids(own, new Map(kernels.map(({ tensor }, i) => [tensor.name, grids[i]])));
      },
    };
  },
});
