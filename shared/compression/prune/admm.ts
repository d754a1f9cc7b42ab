import { z } from 'zod';
import type { CompressedModel } from '../model.js';
import { defineStep } from '../step.js';
import type { Workbench } from '../workbench.js';
import { requireFloat } from './float-only.js';
import { foreseePruned } from './prunable.js';
import { requirePrunable } from './prunable.js';
import { sparsityOption } from './prune-step.js';
import { comparedIn, pruneTo, requireGoing } from './select.js';
import { cubicSparsity } from './schedule.js';
import { sparseProjection } from './sparse-projection.js';
import { scopeOption, trainingOptions } from './training-options.js';

const { epochs, learningRate, batchSize } = trainingOptions;

const options = z.strictObject({
  sparsity: sparsityOption,
  scope: scopeOption.describe(
    'global: each layer’s part follows from one budget for all kernels; layer: each loses the same part.',
  ),
  rho: z
    .number()
    .gt(0)
    .max(10)
    .default(0.01)
    .describe('Strength ρ with which training is drawn to sparse weights; more than 0, at most 10.'),
  iterations: z.int().min(1).max(1000).default(4).describe('Iterations of ADMM; from 1 to 1000.'),
  iterationEpochs: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('Passes over the training examples in each of them; from 1 to 1000.'),
  epochs: epochs.describe('Passes after the weights have gone; from 0 to 1000.'),
  learningRate,
  batchSize,
});

type Options = z.output<typeof options>;

/** How far W is from being sparse: ‖W − Z‖ / ‖W‖ over the kernels. */
const distance = (weights: Float32Array, sparse: Float32Array, groups: readonly Uint32Array[]): number => {
  let [apart, whole] = [0, 0];
  for (const positions of groups) {
    for (const i of positions) {
      apart += (weights[i] - sparse[i]) ** 2;
      whole += weights[i] ** 2;
    }
  }
  return whole === 0 ? 0 : Math.sqrt(apart / whole);
};

/**
 * W ← train with ρ/2 ‖W − Z + U‖² added to the loss; Z ← projection of W + U on the sparse set; U ← U + W − Z. What is no
 * kernel is drawn to where the iteration found it. The sparse set becomes sparser with the iterations: projected on the last one
 * at once, a layer of many small weights would lose nearly all of them.
 * @returns the model, its kernels near the sparse set, and how near after each iteration
 */
const iterate = async (
  before: CompressedModel,
  { sparsity, scope, rho, iterations, iterationEpochs, ...training }: Options,
  bench: Workbench,
): Promise<{ model: CompressedModel; distances: readonly number[] }> => {
  const groups = comparedIn(requirePrunable(before), { scope });
  let model = before;
  const sparsityAt = (iteration: number): number => cubicSparsity(sparsity, Math.min(iteration / iterations, 1));
  let sparse = sparseProjection(model.parameters.floats, groups, sparsityAt(1));
  const dual = new Float32Array(sparse.length);
  const distances: number[] = [];
  for (let iteration = 1; iteration <= iterations; iteration++) {
    const center = sparse.map((value, i) => value - dual[i]);
    const { learningRate, batchSize } = training;
    const plan = { phase: 'optimize', epochs: iterationEpochs, learningRate, batchSize, proximal: { mu: rho, center } };
    ({ model } = await bench.train(model, plan));
    const { floats } = model.parameters;
    sparse = sparseProjection(
      floats.map((weight, i) => weight + dual[i]),
      groups,
      sparsityAt(iteration + 1),
    );
    // U stays 0 outside the kernels, where nothing is projected.
    for (const positions of groups) for (const i of positions) dual[i] += floats[i] - sparse[i];
    distances.push(distance(floats, sparse, groups));
    bench.report({ phase: 'optimize', done: iteration / iterations });
  }
  return { model, distances };
};

/** Sparse weights found by optimization: training alternates with the projection on what is sparse. */
export const admm = defineStep({
  name: 'admm',
  summary: 'trains towards sparse weights by the alternating direction method of multipliers, then prunes',
  family: 'pruning',
  phases: ['optimize', 'prune', 'fine-tune'],
  paper:
    'Zhang et al. 2018, A Systematic DNN Weight Pruning Framework Using Alternating Direction Method of Multipliers',
  options,
  shorthand: 'sparsity',
  create: (given) => ({
    foresee: foreseePruned,
    apply: async (before, bench) => {
      requireFloat(before);
      requireGoing(before, given);
      const { epochs, learningRate, batchSize } = given;
      const { model, distances } = await iterate(before, given, bench);
      bench.report({ phase: 'prune', done: 1 });
      const pruned = pruneTo(model, model.parameters.floats.map(Math.abs), given, bench);
      const plan = { phase: 'fine-tune', epochs, learningRate, batchSize };
      const { model: after } = epochs > 0 ? await bench.train(pruned, plan) : { model: pruned };
      return { ...after, details: { distances } };
    },
  }),
});
