import type { Tensor } from '@tensorflow/tfjs';
import type { TrainingSpec } from '../../engine.js';
import { quantizedKernels } from '../../quantized.js';
import { floatTensors } from '../../tensors.js';
import type { TensorFlow } from '../backend.js';
import { stepTensor } from '../../learned-steps.js';
import { quantizedKernel } from '../fake-quantization.js';
import { bernoulliMask, type Step } from './bernoulli-mask.js';
import { steppedKernel } from './learned-steps.js';

/** What the layers see of the parameters in a step of training: masks first, then fake quantization. */
export const seenWeights = (
  tf: TensorFlow,
  { network, weightTransform, fakeQuantization }: TrainingSpec,
  step: Step,
  parameters: readonly Tensor[],
): readonly Tensor[] => {
  const masked = new Set(weightTransform?.tensors);
  const bits = fakeQuantization?.weightBits ?? null;
  const quantized = bits === null ? new Set<string>() : quantizedKernels(network.layers);
  const all = floatTensors(network.layout);
  const onGrid = (kernel: Tensor, name: string): Tensor => {
    if (bits === null || !quantized.has(name)) return kernel;
    if (fakeQuantization?.learnsSteps !== true) return quantizedKernel(tf, kernel, bits);
    const at = all.findIndex((other) => other.name === stepTensor(name));
    return steppedKernel(tf, kernel, parameters[at], bits);
  };
  return all.map((placed, i) => {
    const seen =
      weightTransform !== undefined && masked.has(placed.name)
        ? bernoulliMask(tf, weightTransform, placed, step, parameters[i])
        : parameters[i];
    return onGrid(seen, placed.name);
  });
};
