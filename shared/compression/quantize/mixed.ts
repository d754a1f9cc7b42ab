import { z } from 'zod';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import { defineStep } from '../step.js';
import type { Workbench } from '../workbench.js';
import { allocate, costOf, descent, fewestBits, riseOf, waterFilling, type Allocated } from './allocate.js';
import { foldNormalization } from './fold-normalization.js';
import { foreseeQuantized, kernelGrid, requireKernels, type Quantizable, type WeightOptions } from './kernels.js';
import type { MixedDetails, TradeOff } from './mixed-details.js';
import { activationBits, activationOptions, fold, weightOptions } from './options.js';
import { activationPlan, calibrationExamples, inferQuantized, quantizeModel } from './quantize-model.js';
import { lossWithBits, sensitivities } from './sensitivity.js';

/** Points of the trade-off curve whose loss is measured. */
const measuredPoints = 8;

const options = z.strictObject({
  bits: z
    .number()
    .min(0)
    .max(8)
    .default(4)
    .describe('The budget: bits in the mean over what `budget` names; from 2, which is the least possible, to 8.'),
  budget: z
    .enum(['size', 'flops'])
    .default('size')
    .describe('Whether the mean is over the weights (size) or over the multiply-accumulates (flops): size or flops.'),
  activationBits,
  ...weightOptions,
  ...activationOptions,
  fold,
});

type MixedOptions = z.infer<typeof options>;

/** Multiply-accumulates of one example, or the number of weights. */
const costBy =
  (budget: MixedOptions['budget']) =>
  ({ layer, tensor }: Quantizable): number =>
    budget === 'size' ? tensor.size : layer.flops / 2;

const count = (value: number): string => value.toLocaleString('en-US');

const requirePossible = ({ bits, budget }: MixedOptions, kernels: readonly Quantizable[]): void => {
  if (bits >= fewestBits) return;
  const total = kernels.reduce((sum, kernel) => sum + costBy(budget)(kernel), 0);
  const least = fewestBits * total;
  const cost = (bitCost: number, round: (value: number) => number): string =>
    budget === 'size' ? `${count(round(bitCost / 8))} bytes of weights` : `${count(round(bitCost))} bit operations`;
  const asked = `${bits} ${bits === 1 ? 'bit' : 'bits'} in the mean, ${cost(bits * total, Math.floor)},`;
  throw new CodedError('compression/impossible', `${asked} can't be reached.`, {
    where: 'mixed.bits',
    hint: `The least possible is ${fewestBits} bits, ${cost(least, Math.ceil)}.`,
  });
};

/** Some points of the way from 8 bits everywhere to 2, with their measured losses. */
const tradeOff = async (
  layers: readonly Allocated[],
  total: number,
  measure: (bits: readonly number[]) => Promise<number>,
  bench: Workbench,
): Promise<TradeOff[]> => {
  const path = descent(layers);
  const steps = Math.min(measuredPoints, path.length);
  const curve: TradeOff[] = [];
  for (let i = 0; i < steps; i++) {
    const bits = path[Math.round((i * (path.length - 1)) / Math.max(1, steps - 1))];
    curve.push({ bits: costOf(layers, bits) / total, loss: await measure(bits) });
    bench.report({ phase: 'trade-off', done: (i + 1) / steps });
  }
  return curve;
};

const apply = async (before: CompressedModel, bench: Workbench, chosen: MixedOptions) => {
  const model = chosen.fold ? foldNormalization(before) : before;
  const kernels = requireKernels(model);
  const indices = calibrationExamples(bench, chosen.examples);
  const { percentile, granularity } = chosen;
  const how: Omit<WeightOptions, 'bits'> = {
    granularity,
    percentile,
    isSymmetric: chosen.weightSymmetric,
    calibration: chosen.weightCalibration,
  };
  const cost = costBy(chosen.budget);
  const total = kernels.reduce((sum, kernel) => sum + cost(kernel), 0);
  const layers = await sensitivities(model, bench, kernels, how, { cost, indices });
  requirePossible(chosen, kernels);
  const bits = allocate(layers, chosen.bits * total);
  const measured = (of: readonly number[]): Promise<number> => lossWithBits(model, bench, indices, kernels, of, how);
  const curve = await tradeOff(layers, total, measured, bench);
  const quantized = await quantizeModel(model, bench, {
    weights: (kernel, floats) => {
      const at = kernels.findIndex(({ tensor }) => tensor.name === kernel.tensor.name);
      return kernelGrid(kernel, floats, { ...how, bits: bits[at] });
    },
    activations: activationPlan(chosen),
  });
  const details: MixedDetails = {
    kind: 'mixed',
    budget: chosen.budget,
    meanBits: costOf(layers, bits) / total,
    loss: await measured(bits),
    predictedRise: riseOf(layers, bits),
    waterFilling: waterFilling(layers, chosen.bits),
    layers: kernels.map(({ layer }, i) => ({ name: layer.name, bits: bits[i], rises: layers[i].rises })),
    tradeOff: curve,
  };
  return inferQuantized(quantized, bench, { ...details });
};

/** Bits a layer by how much the loss minds them. */
export const mixed = defineStep({
  name: 'mixed',
  summary: 'quantizes each layer with bits of its own, found by sensitivity under a budget of size or operations',
  family: 'quantization',
  phases: ['sensitivity', 'trade-off', 'configuration', 'statistics', 'calibration', 'quantized inference'],
  paper: 'Dong et al. 2019, HAWQ; Wang et al. 2019, HAQ',
  options,
  shorthand: 'bits',
  create: (chosen) => ({
    foresee: (before) => {
      const after = foreseeQuantized(before);
      if (before.network !== null) requirePossible(chosen, requireKernels({ network: before.network }));
      return after;
    },
    apply: (model, bench) => apply(model, bench, chosen),
  }),
});
