import { z } from 'zod';
import type { FakeQuantization, Optimizer } from '../../engine/engine.js';
import { beginSteps, withLearnedSteps, withoutSteps } from '../../engine/learned-steps.js';
import { isActivated } from '../../engine/quantized.js';
import { zeroParameters, type Parameters } from '../../params/parameters.js';
import type { CompressedModel } from '../model.js';
import { defineStep, type StepResult } from '../step.js';
import type { TrainingPlan, Workbench } from '../workbench.js';
import { foldNormalization } from './fold-normalization.js';
import { foreseeQuantized, learnedGrid, requireKernels, trainedGrid } from './kernels.js';
import { activationBits, activationOptions, fold, step, weightBits } from './options.js';
import { activationPlan, inferQuantized, quantizeModel } from './quantize-model.js';
import { warnOfGradients } from './vanishing.js';

const options = z.strictObject({
  weightBits: weightBits
    .unwrap()
    .default(4)
    .describe(weightBits.description ?? ''),
  activationBits,
  step,
  epochs: z.int().min(1).max(1000).default(3).describe('Passes over the training examples; from 1 to 1000.'),
  learningRate: z.number().gt(0).max(10).default(0.01).describe('Of the training; more than 0, at most 10.'),
  momentum: z.number().min(0).lt(1).default(0.9).describe('Of the training; from 0 to less than 1.'),
  batchSize: z.int().min(1).max(100_000).default(32).describe('Examples in one step; from 1 to 100000.'),
  ...activationOptions,
  activationCalibration: activationOptions.activationCalibration
    .unwrap()
    .default('minmax')
    .describe(
      'How the range of activations is chosen after training: minmax, as training has it, percentile, kl or mse.',
    ),
  fold,
});

type QatOptions = z.infer<typeof options>;

/** Training sees activations quantized where a network has activation functions. */
const fakeQuantizationOf = ({ network }: CompressedModel, chosen: QatOptions): FakeQuantization => ({
  weightBits: chosen.weightBits,
  activationBits: network.layers.some(isActivated) ? chosen.activationBits : null,
});

/** With the steps, where they are learned. */
const train = async (
  model: CompressedModel,
  bench: Workbench,
  plan: TrainingPlan & { readonly fakeQuantization: FakeQuantization },
  { step: origin, weightBits: bits }: QatOptions,
): Promise<{ trained: CompressedModel; learned: Parameters | null }> => {
  if (origin === 'measured') return { trained: (await bench.train(model, plan)).model, learned: null };
  const { network, parameters, mask } = model;
  const stepped = withLearnedSteps(network, bits);
  const start = zeroParameters(stepped.layout);
  start.floats.set(parameters.floats);
  start.counters.set(parameters.counters);
  beginSteps(network, start, bits);
  const fakeQuantization = { ...plan.fakeQuantization, learnsSteps: true };
  const longer = mask === null ? null : Float32Array.from(start.floats, (_, i) => mask[i] ?? 1);
  const result = await bench.train(
    { ...model, network: stepped, parameters: start, mask: longer },
    { ...plan, fakeQuantization },
  );
  const learned = result.model.parameters;
  return { trained: { ...model, parameters: withoutSteps(network, learned) }, learned };
};

const apply = async (before: CompressedModel, bench: Workbench, chosen: QatOptions): Promise<StepResult> => {
  const { epochs, learningRate, batchSize, momentum, weightBits } = chosen;
  const folded = chosen.fold ? foldNormalization(before) : before;
  const model = { ...folded, quantization: null };
  requireKernels(model);
  const fakeQuantization = fakeQuantizationOf(model, chosen);
  await warnOfGradients(model, bench, { fakeQuantization, batchSize, phase: 'quantized training' });
  const optimizer: Optimizer = { kind: 'sgd', momentum, nesterov: false, weightDecay: 0 };
  const plan = { phase: 'quantized training', epochs, learningRate, batchSize, optimizer, fakeQuantization };
  const { trained, learned } = await train(model, bench, plan, chosen);
  const quantized = await quantizeModel(trained, bench, {
    weights: (kernel, floats) =>
      learned === null ? trainedGrid(kernel, floats, weightBits) : learnedGrid(kernel, learned, weightBits),
    activations: activationPlan(chosen),
  });
  return inferQuantized(quantized, bench);
};

/**
 * Training that sees weights, and what activation functions give, on their grids; gradients pass as if they were not
 * (straight through). The steps of kernels' grids follow from their values, or are learned with them; those of activations follow
 * from the values.
 */
export const qat = defineStep({
  name: 'qat',
  summary: 'trains on with quantized weights and activations, then quantizes',
  family: 'quantization',
  phases: ['quantized training', 'configuration', 'statistics', 'calibration', 'quantized inference'],
  paper:
    'Jacob et al. 2018, Quantization and Training of Neural Networks; Bengio et al. 2013 (straight-through estimator); Esser et al. 2020, Learned Step Size Quantization',
  options,
  shorthand: 'weightBits',
  create: (chosen) => ({ foresee: foreseeQuantized, apply: (model, bench) => apply(model, bench, chosen) }),
});
