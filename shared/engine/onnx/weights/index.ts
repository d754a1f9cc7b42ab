import type { TrainingSpec } from '../../engine.js';
import { quantizedKernels } from '../../quantized.js';
import { bernoulliMask } from './bernoulli-mask.js';
import { learnedSteps } from './learned-steps.js';
import { quantizedWeights } from './quantized-weights.js';
import type { WeightWriter } from './weight-writer.js';

/** What a program does to weights before its layers see them, in this order. */
export const weightWriters = ({ network, weightTransform, fakeQuantization }: TrainingSpec): WeightWriter[] => {
  const bits = fakeQuantization?.weightBits ?? null;
  return [
    ...(weightTransform === undefined ? [] : [bernoulliMask(weightTransform)]),
    ...(bits === null
      ? []
      : [
          fakeQuantization?.learnsSteps === true
            ? learnedSteps(network, bits)
            : quantizedWeights(quantizedKernels(network.layers), bits),
        ]),
  ];
};
