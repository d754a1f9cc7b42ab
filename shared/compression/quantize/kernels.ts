import { stepFactors, trainedStep } from '../../params/trained-step.js';
import { onGrid, type Grid } from '../../engine/grid.js';
import { stepTensor } from '../../engine/learned-steps.js';
import { kernelTensors, type KernelTensor } from '../../models/kernels.js';
import { sizeOf } from '../../params/layout.js';
import { tensorFloats, type Parameters } from '../../params/parameters.js';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import type { Foreseen } from '../foreseen.js';
import { calibrate, type Calibration } from './calibrate.js';
import { countValues } from './counts.js';
import { makeGrid, safeScale } from './make-grid.js';

/** A kernel that can be quantized, and its layer. */
export type Quantizable = KernelTensor;

/**
 * The kernels of dense layers and convolutions, in layout order. Biases and everything else stay float32.
 * @throws CodedError `compression/nothing-to-do`
 */
export const requireKernels = ({ network }: Pick<CompressedModel, 'network'>): Quantizable[] => {
  const found = kernelTensors(network);
  if (found.length > 0) return found;
  throw new CodedError('compression/nothing-to-do', 'The network has no dense layer and no convolution to quantize.', {
    where: `network '${network.network.name}'`,
    hint: 'Their kernels are what is quantized.',
  });
};

/** What quantization leaves; folding may take normalizations out of the network. @throws CodedError `compression/nothing-to-do` */
export const foreseeQuantized = ({ network }: Foreseen): Foreseen => {
  if (network !== null) requireKernels({ network });
  const folds = network?.layers.some(({ kind }) => kind === 'batchNormalization') === true;
  return { network: folds ? null : network, isQuantized: true };
};

/** Output channels of a kernel. */
export const channelsOf = ({ layer: { kind }, tensor: { shape } }: Quantizable): number =>
  sizeOf(shape.slice(kind === 'depthwiseConv2d' ? -2 : -1));

/** How weights are quantized. */
export interface WeightOptions {
  readonly bits: number;
  readonly granularity: 'tensor' | 'channel';
  readonly isSymmetric: boolean;
  readonly calibration: Calibration;
  readonly percentile: number;
}

/** The grid of a kernel. */
export const kernelGrid = (kernel: Quantizable, floats: Float32Array, options: WeightOptions): Grid => {
  const { offset, size } = kernel.tensor;
  const values = floats.subarray(offset, offset + size);
  const { bits, calibration, percentile, granularity, isSymmetric } = options;
  const form = isSymmetric ? 'signed' : 'signedOffset';
  const channels = granularity === 'channel' ? channelsOf(kernel) : 1;
  const ranges = Array.from({ length: channels }, (_, channel) =>
    calibrate(countValues(values, channel, channels), { calibration, percentile, form, bits }),
  );
  return makeGrid(ranges, form, bits);
};

/** The grid of a kernel as training with quantization sees it: one symmetric step for all of it. */
export const trainedGrid = ({ tensor: { offset, size } }: Quantizable, floats: Float32Array, bits: number): Grid => {
  const { most } = stepFactors(bits);
  const scales = Float32Array.of(safeScale(trainedStep(floats.subarray(offset, offset + size), bits)));
  return { bits, least: -most, most, scales, zeroPoints: Int32Array.of(0) };
};

/** The grid of a kernel whose step was learned. @param parameters with the step tensors */
export const learnedGrid = ({ tensor: { name } }: Quantizable, { layout, floats }: Parameters, bits: number): Grid => {
  const { most } = stepFactors(bits);
  const [step] = tensorFloats(layout, floats, stepTensor(name));
  return { bits, least: -most, most, scales: Float32Array.of(safeScale(step)), zeroPoints: Int32Array.of(0) };
};

/** The parameters with some tensors moved to their grids. @param grids by the tensors' names */
export const withGrids = (parameters: Parameters, grids: ReadonlyMap<string, Grid>): Parameters => {
  const floats = parameters.floats.slice();
  for (const { name, offset, size } of parameters.layout.tensors) {
    const grid = grids.get(name);
    if (grid !== undefined) floats.set(onGrid(floats.subarray(offset, offset + size), grid), offset);
  }
  return { ...parameters, floats };
};
