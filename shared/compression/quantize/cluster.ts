import { z } from 'zod';
import { kMeans } from '../../codec/k-means.js';
import { histogramOf, placesAmong } from '../../codec/value-histogram.js';
import { CodedError } from '../../util/errors.js';
import type { CompressedModel } from '../model.js';
import { defineStep } from '../step.js';
import { foreseeQuantized, requireKernels, type Quantizable } from './kernels.js';

/** Which weights of a kernel share a number. */
interface Clustered {
  readonly kernel: Quantizable;
  /** Of each weight of the kernel; −1 for those that are 0, which stay it. */
  readonly cluster: Int32Array;
  readonly clusters: number;
}

/** @param count clusters at most */
const clustered = (kernel: Quantizable, floats: Float32Array, count: number): Clustered => {
  const { offset, size } = kernel.tensor;
  const values = floats.subarray(offset, offset + size);
  const living = values.filter((value) => value !== 0);
  const centers = kMeans(histogramOf(living), count, false);
  const borders = centers.slice(1).map((center, i) => (center + centers[i]) / 2);
  const places = placesAmong(values, borders);
  return {
    kernel,
    cluster: Int32Array.from(values, (value, i) => (value === 0 ? -1 : places[i])),
    clusters: centers.length,
  };
};

/** Every weight at the mean of its cluster. */
const shared = (floats: Float32Array, all: readonly Clustered[]): Float32Array => {
  const out = floats.slice();
  for (const { kernel, cluster, clusters } of all) {
    const [sums, counts] = [new Float64Array(clusters), new Float64Array(clusters)];
    const { offset } = kernel.tensor;
    for (const [i, at] of cluster.entries()) {
      if (at < 0) continue;
      sums[at] += floats[offset + i];
      counts[at]++;
    }
    for (const [i, at] of cluster.entries()) out[offset + i] = at < 0 ? 0 : sums[at] / counts[at];
  }
  return out;
};

/** How many different weights there are besides 0. */
const different = (floats: Float32Array, { offset, size }: Quantizable['tensor']): number =>
  new Set(floats.subarray(offset, offset + size).filter((weight) => weight !== 0)).size;

const requireMany = (model: CompressedModel, kernels: readonly Quantizable[], count: number): void => {
  if (kernels.some(({ tensor }) => different(model.parameters.floats, tensor) > count)) return;
  throw new CodedError('compression/nothing-to-do', `No kernel has more than ${count} different weights besides 0.`, {
    where: `network '${model.network.network.name}'`,
    hint: 'Take fewer bits.',
  });
};

/** Weights of a kernel share a few numbers, found by k-means; those that were pruned stay 0. */
export const cluster = defineStep({
  name: 'cluster',
  summary: 'lets the weights of a layer share a few numbers, found by k-means; what was pruned stays 0',
  family: 'quantization',
  phases: ['cluster', 'fine-tune'],
  paper: 'Han et al. 2016, Deep Compression, section 3',
  options: z.strictObject({
    bits: z.int().min(1).max(8).default(5).describe('A kernel has 2^bits numbers besides 0 at most; from 1 to 8.'),
    epochs: z
      .int()
      .min(0)
      .max(1000)
      .default(1)
      .describe(
        'Passes over the training examples, after each of which weights that share a number take their mean; from 0 to 1000.',
      ),
    learningRate: z.number().gt(0).max(10).default(0.01).describe('Of the training; more than 0, at most 10.'),
    batchSize: z.int().min(1).max(100_000).default(32).describe('Examples in one step of it; from 1 to 100000.'),
  }),
  shorthand: 'bits',
  create: ({ bits, epochs, learningRate, batchSize }) => ({
    foresee: (before) => ({ ...foreseeQuantized(before), network: before.network, isQuantized: false }),
    apply: async (before, bench) => {
      const model = { ...before, quantization: null };
      const kernels = requireKernels(model);
      requireMany(model, kernels, 2 ** bits);
      const all = kernels.map((kernel, at) => {
        bench.report({ phase: 'cluster', done: (at + 1) / kernels.length });
        return clustered(kernel, model.parameters.floats, 2 ** bits);
      });
      const floats = shared(model.parameters.floats, all);
      // What is 0 stays it: the mask holds through training.
      const mask = model.mask ?? Float32Array.from(floats, () => 1);
      for (const { kernel, cluster } of all) {
        if (model.mask === null)
          for (const [i, at] of cluster.entries()) if (at < 0) mask[kernel.tensor.offset + i] = 0;
      }
      const start = { ...model, parameters: { ...model.parameters, floats } };
      if (epochs === 0) return start;
      const plan = { phase: 'fine-tune', epochs, learningRate, batchSize };
      const trained = await bench.train(
        { ...start, mask },
        { ...plan, afterEpoch: (parameters) => shared(parameters, all) },
      );
      return { ...trained.model, mask: model.mask };
    },
  }),
});
