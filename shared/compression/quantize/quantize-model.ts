import type { Grid } from '../../engine/grid.js';
import { evaluateModel } from '../evaluate.js';
import type { CompressedModel } from '../model.js';
import type { StepResult } from '../step.js';
import type { Workbench } from '../workbench.js';
import { activationGrids, collectCounts, inputGridOf, type ActivationOptions } from './activations.js';
import type { Calibration } from './calibrate.js';
import { clientStatistics, type ClientStatistics } from './client-statistics.js';
import { requireKernels, withGrids, type Quantizable } from './kernels.js';
import { warnOfActivations, warnOfKernels, warnOfSums } from './stability.js';

/** How a model is quantized. */
export interface QuantizationPlan {
  /** The grid of each kernel. */
  readonly weights: (kernel: Quantizable, floats: Float32Array) => Grid;
  /** Null: activations stay float32. */
  readonly activations: (ActivationOptions & { readonly examples: number; readonly clients: number }) | null;
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

/** Counts of activations: of held-out examples, or of what clients send. */
const statisticsOf = async (
  model: CompressedModel,
  bench: Workbench,
  { clients, examples }: { readonly clients: number; readonly examples: number },
): Promise<ClientStatistics> => {
  const phase = 'statistics';
  if (clients > 0) return clientStatistics(model, bench, { clients, examples, phase });
  return { counts: await collectCounts(model, bench, calibrationExamples(bench, examples), phase), bytes: 0 };
};

/**
 * Moves the weights to their grids and finds those of the activations, from what the model of quantized weights gives for
 * calibration examples. Zero is on every grid: what was pruned stays 0.
 * @returns with `details.statistics`, what clients sent, where they did
 * @throws CodedError `compression/nothing-to-do`, `compression/impossible`
 */
export const quantizeModel = async (
  model: CompressedModel,
  bench: Workbench,
  { weights, activations }: QuantizationPlan,
): Promise<StepResult> => {
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
  const { counts, bytes } = await statisticsOf(onGrids, bench, activations);
  bench.report({ phase: 'calibration', done: 0 });
  const points = activationGrids(counts, activations, inputGridOf(bench.dataset));
  bench.report({ phase: 'calibration', done: 1 });
  const quantized = { ...onGrids, quantization: { weights: grids, activations: points } };
  warnOfActivations(counts, points, bench);
  warnOfSums(quantized, bench);
  const { clients } = activations;
  return clients === 0 ? quantized : { ...quantized, details: { statistics: { clients, bytes } } };
};

/** What the options of a step say of activations. */
export const activationPlan = (options: {
  readonly activationBits: number | null;
  readonly activationSymmetric: boolean;
  readonly activationCalibration: Calibration;
  readonly percentile: number;
  readonly examples: number;
  readonly clients: number;
}): QuantizationPlan['activations'] =>
  options.activationBits === null
    ? null
    : {
        bits: options.activationBits,
        isSymmetric: options.activationSymmetric,
        calibration: options.activationCalibration,
        percentile: options.percentile,
        examples: options.examples,
        clients: options.clients,
      };

/** Runs a quantized model as it is deployed, on the examples that are held out, and keeps what came out with its details. */
export const inferQuantized = async (
  { details: before, ...model }: StepResult,
  bench: Workbench,
  details: Readonly<Record<string, unknown>> = {},
): Promise<StepResult> => {
  bench.report({ phase: 'quantized inference', done: 0 });
  const heldOut = await evaluateModel(model, bench, 'validation');
  bench.report({ phase: 'quantized inference', done: 1 });
  return { ...model, details: { ...(before as object | undefined), ...details, heldOut } };
};
