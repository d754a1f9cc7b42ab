import { kernelTensors } from '../models/kernels.js';
import type { CompiledNetwork } from '../models/network.js';
import { makeLayout } from '../params/layout.js';
import { tensorFloats, type Parameters } from '../params/parameters.js';
import { stepFactors } from '../params/trained-step.js';
import { CodedError } from '../util/errors.js';
import type { TrainingSpec } from './engine.js';
import { leastStep, quantizedKernels } from './quantized.js';

/*
 * Steps of grids as parameters: Esser, McKinstry, Bablani, Appuswamy and Modha, "Learned Step Size Quantization" (ICLR 2020).
 * With Q = 2^(bits−1) − 1 and v = w / s a kernel is seen as w̄ = round(clip(v, −Q, Q)) · s, and
 *
 *   ∂w̄/∂s = round(v) − v inside the ends, −Q or Q beyond them (equation 3),
 *   ∂w̄/∂w = 1 inside, 0 beyond (equation 5),
 *
 * the gradient at s times 1/√(N · Q) for the N numbers of the kernel, so that steps move as fast as weights (section 2.2).
 */

/** The tensor with a kernel's step. */
export const stepTensor = (kernel: string): string => `${kernel}/step`;

/** What the gradient at the step of a kernel of so many numbers is multiplied by. */
export const stepGradientScale = (size: number, bits: number): number => 1 / Math.sqrt(size * stepFactors(bits).most);

/** Where a kernel's step begins: 2 · mean |w| / √Q over the weights that are not 0; the least step of zeros. */
export const firstStep = (kernel: Float32Array, bits: number): number => {
  let [sum, living] = [0, 0];
  for (const value of kernel) {
    if (value === 0) continue;
    sum += Math.abs(value);
    living++;
  }
  return Math.max(leastStep, Math.fround((sum / Math.max(1, living)) * stepFactors(bits).mean));
};

/** Sets the steps of all kernels to where they begin, in place. @param parameters of {@link withLearnedSteps} */
export const beginSteps = (network: CompiledNetwork, { layout, floats }: Parameters, bits: number): void => {
  for (const { tensor } of kernelTensors(network)) {
    tensorFloats(layout, floats, stepTensor(tensor.name))[0] = firstStep(
      tensorFloats(layout, floats, tensor.name),
      bits,
    );
  }
};

/** The network with a step of its own for each kernel: tensors of the role `step` after all others. */
export const withLearnedSteps = (network: CompiledNetwork, bits: number): CompiledNetwork => {
  const steps = kernelTensors(network).map(({ tensor }) => ({
    name: stepTensor(tensor.name),
    shape: [1],
    role: 'step' as const,
  }));
  const extended = { ...network, layout: makeLayout([...network.layout.tensors, ...steps]) };
  return { ...extended, initializeRest: (parameters) => beginSteps(network, parameters, bits) };
};

/** Parameters without the steps: those of the network that {@link withLearnedSteps} was given. */
export const withoutSteps = (network: CompiledNetwork, { floats, counters }: Parameters): Parameters => ({
  layout: network.layout,
  floats: floats.slice(0, network.layout.floats),
  counters,
});

/** @throws CodedError `argument/invalid` where a program learns steps that its network has not got */
export const checkLearnedSteps = ({ network, fakeQuantization }: TrainingSpec): void => {
  if (fakeQuantization?.learnsSteps !== true) return;
  const names = new Set(network.layout.tensors.filter(({ role }) => role === 'step').map(({ name }) => name));
  const missing = [...quantizedKernels(network.layers)].find((kernel) => !names.has(stepTensor(kernel)));
  if (missing === undefined && fakeQuantization.weightBits !== null) return;
  throw new CodedError('argument/invalid', 'Steps are learned that the network has not got.', {
    where: `network '${network.network.name}'`,
    hint: missing === undefined ? 'Say weightBits.' : `The kernel '${missing}' has no tensor '${stepTensor(missing)}'.`,
  });
};
