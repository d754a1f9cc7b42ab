import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import { consumersOf, kernelOf, outputsOf, type Consumer } from './consumers.js';
import { lassoEntries } from './lasso-path.js';
import type { Criterion } from './channel-scores.js';
import { sampledInputs, sampleRows } from './sampled-inputs.js';

/** Adds what one row's inputs of each group give to the Gram matrix of all groups. @param shares [groups, outputs] */
const addRow = (gram: Float64Array, shares: Float64Array, outputs: number): void => {
  const n = shares.length / outputs;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let o = 0; o < outputs; o++) sum += shares[i * outputs + o] * shares[j * outputs + o];
      gram[i * n + j] += sum;
      if (i !== j) gram[j * n + i] += sum;
    }
  }
};

/** The Gram matrix of what the groups that a layer takes give to its outputs, summed over sampled rows. */
const gramOf = async (
  model: CompressedModel,
  layer: Consumer,
  places: Int32Array,
  groups: readonly number[],
  { bench, samples }: { readonly bench: Workbench; readonly samples: number },
): Promise<Float64Array> => {
  const sampling = sampleRows(layer, samples, bench.pool, bench.random(`lasso/${layer.name}`));
  const x = await sampledInputs(layer, sampling, model, bench);
  const [kernel, outputs] = [kernelOf(model, layer), outputsOf(layer)];
  const inputs = kernel.length / outputs;
  const slots = Int32Array.from({ length: inputs }, (_, input) => groups.indexOf(places[input % places.length]));
  const gram = new Float64Array(groups.length ** 2);
  for (let row = 0; row < sampling.rows; row++) {
    const shares = new Float64Array(groups.length * outputs);
    for (let input = 0; input < inputs; input++) {
      const value = x[row * inputs + input];
      if (slots[input] < 0 || value === 0) continue;
      for (let o = 0; o < outputs; o++) shares[slots[input] * outputs + o] += value * kernel[input * outputs + o];
    }
    addRow(gram, shares, outputs);
  }
  return gram;
};

/** Scores of the groups that one layer takes, in the places of its input. */
const scoresOf = (gram: Float64Array, groups: readonly number[], places: Int32Array): Float64Array => {
  const n = groups.length;
  const all = Float64Array.from({ length: n }, (_, i) => gram.subarray(i * n, (i + 1) * n).reduce((a, b) => a + b, 0));
  const entries = lassoEntries(gram, all);
  return Float64Array.from(places, (group) => entries[groups.indexOf(group)] ?? Number.NaN);
};

const meanOf = ([first, ...others]: readonly Float64Array[]): Float64Array =>
  first.map((score, i) => others.reduce((sum, other) => sum + other[i], score) / (others.length + 1));

/**
 * How soon a channel is needed to rebuild the sums of the layers that take it: the largest λ at which the lasso
 * min ½ ‖Y − Σ β_c X_c W_c‖² + λ ‖β‖₁ does not leave it out (He et al., "Channel Pruning for Accelerating Very Deep Neural
 * Networks", ICCV 2017, section 3.1), over the largest of all; the mean where several layers take it.
 * @param samples rows of each layer's input that are looked at
 */
export const lassoCriterion = (samples: number): Criterion => ({
  summary: 'how soon the lasso needs its values to rebuild what the next layers sum up',
  isRelative: false,
  score: async (model, graph, bench) => {
    const found = new Map<string, Float64Array[]>();
    const consumers = consumersOf(model);
    for (const [i, layer] of consumers.entries()) {
      bench.report({ phase: 'score importance', done: i / consumers.length, note: layer.name });
      const places = graph.places.get(layer.from[0]) ?? new Int32Array();
      const groups = [...new Set(places)].filter((group) => group >= 0);
      if (groups.length === 0) continue;
      const gram = await gramOf(model, layer, places, groups, { bench, samples });
      found.set(layer.from[0], [...(found.get(layer.from[0]) ?? []), scoresOf(gram, groups, places)]);
    }
    return new Map([...found].map(([name, scores]) => [name, meanOf(scores)]));
  },
});
