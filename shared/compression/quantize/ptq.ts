import { z } from 'zod';
import { defineStep } from '../step.js';
import { foldNormalization } from './fold-normalization.js';
import { foreseeQuantized, kernelGrid } from './kernels.js';
import { activationBits, activationOptions, fold, weightBits, weightOptions } from './options.js';
import { activationPlan, inferQuantized, quantizeModel } from './quantize-model.js';

/** Weights, and what layers give, become integers, without training. */
export const ptq = defineStep({
  name: 'ptq',
  summary: 'quantizes weights and activations after training, with ranges from calibration examples',
  family: 'quantization',
  phases: ['configuration', 'statistics', 'calibration', 'quantized inference'],
  paper:
    'Jacob et al. 2018, Quantization and Training of Neural Networks; Nagel et al. 2021, A White Paper on Neural Network Quantization',
  options: z.strictObject({ weightBits, activationBits, ...weightOptions, ...activationOptions, fold }),
  shorthand: 'weightBits',
  create: (options) => ({
    foresee: foreseeQuantized,
    apply: async (before, bench) => {
      const model = options.fold ? foldNormalization(before) : before;
      const quantized = await quantizeModel(model, bench, {
        weights: (kernel, floats) =>
          kernelGrid(kernel, floats, {
            bits: options.weightBits,
            granularity: options.granularity,
            isSymmetric: options.weightSymmetric,
            calibration: options.weightCalibration,
            percentile: options.percentile,
          }),
        activations: activationPlan(options),
      });
      return inferQuantized(quantized, bench);
    },
  }),
});
