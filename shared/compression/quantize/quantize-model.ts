import type { Grid } from '../../engine/grid.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { activationGrids, collectCounts, inputGridOf, type ActivationOptions } from './activations.js';
import { requireKernels, withGrids, type Quantizable } from './kernels.js';
import { warnOfActivations, warnOfKernels, warnOfSums } from './stability.js';

/** How a model is quantized. */
export interface QuantizationPlan {
  /** The grid of each kernel. */
  readonly weights: (kernel: Quantizable, floats: Float32Array) => Grid;
  /** Null: activations stay float32. */
  readonly activations: (ActivationOptions & { readonly examples: number }) | null;
}

/** Training examples to calibrate with: the first of those that are held out. */
export const calibrationExamples = (bench: Workbench, count: number): Int32Array => {
  const { validation } = bench;
  if (count > validation.length) {
    bench.warn({
      code: 'compression/few-examples',
      message: `Only ${validation.length} examples are held out to calibrate with, ${count} were asked for.`,
    });
  }
  return validation.subarray(0, count);
};

/**
 * Moves the weights to their grids and finds those of the activations, from what the model of quantized weights gives for
 * calibration examples. Zero is on every grid: what was pruned stays 0.
 * @throws CodedError `compression/nothing-to-do`, `compression/impossible`
 */
export const quantizeModel = async (
  model: CompressedModel,
  bench: Workbench,
  { weights, activations }: QuantizationPlan,
): Promise<CompressedModel> => {
  const kernels = requireKernels(model);
  const grids = new Map<string, Grid>();
  for (const [at, kernel] of kernels.entries()) {
    grids.set(kernel.tensor.name, weights(kernel, model.parameters.floats));
    bench.report({ phase: 'configuration', done: (at + 1) / kernels.length });
  }
  const parameters = withGrids(model.parameters, grids);
  const onGrids = { ...model, parameters, quantization: { weights: grids, activations: new Map<string, Grid>() } };
  warnOfKernels(model, grids, bench);
  if (activations === null) return onGrids;
  const examples = calibrationExamples(bench, activations.examples);
  const counts = await collectCounts(onGrids, bench, examples, 'statistics');
  bench.report({ phase: 'calibration', done: 0 });
  const points = activationGrids(counts, activations, inputGridOf(bench.dataset));
  bench.report({ phase: 'calibration', done: 1 });
  const quantized = { ...onGrids, quantization: { weights: grids, activations: points } };
  warnOfActivations(counts, points, bench);
  warnOfSums(quantized, bench);
  return quantized;
};
