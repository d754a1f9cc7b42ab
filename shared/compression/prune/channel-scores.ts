import type { PlacedLayer } from '../../models/network.js';
import type { CompressedModel } from '../model.js';
import type { Workbench } from '../workbench.js';
import type { ChannelGraph, Producer } from './channels.js';

/** Scores of a layer's channels, by the layer's name. */
export type LayerScores = ReadonlyMap<string, Float64Array>;

/** How important channels are: the least important go first. */
export interface Criterion {
  /** What it looks at, for people. */
  readonly summary: string;
  /**
   * Whether scores of different layers are of different sizes: they are then divided by the root of the layer's mean
   * square before they are compared. Its sum of squares (Molchanov et al., ICLR 2017, section 2.2) would make every filter of
   * a wide layer look unimportant.
   */
  readonly isRelative: boolean;
  /** Whether scores are shares of one sum, the loss. False when left out. */
  readonly isAdditive?: boolean;
  /** Scores of those layers that have one; a group's is the mean over its channels. */
  score(model: CompressedModel, graph: ChannelGraph, bench: Workbench): Promise<LayerScores>;
}

const producersOf = ({ groups }: ChannelGraph): ReadonlySet<Producer> =>
  new Set(groups.flatMap(({ members }) => members.map(({ layer }) => layer)));

/** The numbers of a layer's tensor, in the order of the layout. */
const valuesOf = (
  { network: { layout } }: Pick<CompressedModel, 'network'>,
  numbers: ArrayLike<number>,
  name: string,
) => {
  const tensor = layout.tensors.find((one) => one.name === name);
  const { offset, size } = tensor ?? { offset: 0, size: 0 };
  return { size, at: (i: number): number => numbers[offset + i] };
};

/** Sums over each filter's or unit's weights: the last axis counts them. */
const sumsOf = (
  model: Pick<CompressedModel, 'network'>,
  layer: Producer,
  numbers: ArrayLike<number>,
  term: (value: number) => number,
): Float64Array => {
  const channels = layer.outputShape[layer.outputShape.length - 1];
  const sums = new Float64Array(channels);
  const { size, at } = valuesOf(model, numbers, layer.tensors['kernel']);
  for (let i = 0; i < size; i++) sums[i % channels] += term(at(i));
  return sums;
};

const byWeights = (summary: string, of: (model: CompressedModel, layer: Producer) => Float64Array): Criterion => ({
  summary,
  isRelative: true,
  score: (model, graph) =>
    Promise.resolve(new Map([...producersOf(graph)].map((layer) => [layer.name, of(model, layer)]))),
});

/** Distances of each filter to all others of its layer: a filter in the middle of them says nothing that they don't. */
const distanceSums = (model: CompressedModel, layer: Producer): Float64Array => {
  const channels = layer.outputShape[layer.outputShape.length - 1];
  const { size, at } = valuesOf(model, model.parameters.floats, layer.tensors['kernel']);
  const sums = new Float64Array(channels);
  for (let one = 0; one < channels; one++) {
    for (let other = 0; other < one; other++) {
      let squares = 0;
      for (let i = 0; i < size; i += channels) squares += (at(i + one) - at(i + other)) ** 2;
      sums[one] += Math.sqrt(squares);
      sums[other] += Math.sqrt(squares);
    }
  }
  return sums;
};

/** Batches that gradients are taken of, and held-out examples that activations are. */
const [batches, batchSize, examples] = [32, 32, 256];

const taylor: Criterion = {
  summary: 'Σ (weight · gradient)², what the loss would gain without the filter (Molchanov et al., CVPR 2019)',
  isRelative: false,
  isAdditive: true,
  score: async (model, graph, bench) => {
    const { floats } = model.parameters;
    const squares = new Float64Array(floats.length);
    await bench.gradients(model, { phase: 'score importance', batches, batchSize }, (gradient) => {
      for (let i = 0; i < squares.length; i++) squares[i] += (floats[i] * gradient[i]) ** 2;
    });
    return new Map(
      [...producersOf(graph)].map((layer) => [layer.name, sumsOf(model, layer, squares, (square) => square)]),
    );
  },
};

/** What cuts at 0 leaves zeros. */
const givesZeros = ({ options }: PlacedLayer): boolean =>
  'activation' in options && (options.activation === 'relu' || options.activation === 'relu6');

const apoz: Criterion = {
  summary: 'the share of its values that are not 0 after relu (APoZ, Hu et al. 2016)',
  isRelative: false,
  score: async (model, graph, bench) => {
    const indices = bench.random('apoz').shuffle(bench.validation.slice()).subarray(0, examples);
    const scores = new Map<string, Float64Array>();
    for (const layer of graph.network.layers.filter(givesZeros)) {
      const values = await bench.predict(model, indices, layer.name);
      const channels = layer.outputShape[layer.outputShape.length - 1];
      const living = new Float64Array(channels);
      for (const [i, value] of values.entries()) if (value !== 0) living[i % channels]++;
      scores.set(
        layer.name,
        living.map((count) => (count * channels) / values.length),
      );
    }
    return scores;
  },
};

const scale: Criterion = {
  summary: 'the size of its normalization’s scale (Liu et al., “network slimming”, ICCV 2017)',
  isRelative: false,
  score: (model, graph) => {
    const normalized = graph.network.layers.filter(
      ({ kind }) => kind === 'batchNormalization' || kind === 'groupNormalization',
    );
    const scores = normalized.map(({ name, tensors }) => {
      const { size, at } = valuesOf(model, model.parameters.floats, tensors['gamma']);
      return [name, Float64Array.from({ length: size }, (_, i) => Math.abs(at(i)))] as const;
    });
    return Promise.resolve(new Map(scores));
  },
};

/** By the word in a pipeline. */
export const criteria = {
  l1: byWeights('the sum of its weights’ magnitudes (Li et al., ICLR 2017)', (model, layer) =>
    sumsOf(model, layer, model.parameters.floats, Math.abs),
  ),
  l2: byWeights('the Euclidean norm of its weights', (model, layer) =>
    sumsOf(model, layer, model.parameters.floats, (weight) => weight ** 2).map(Math.sqrt),
  ),
  median: byWeights('its distance to the other filters of its layer (He et al., CVPR 2019)', distanceSums),
  taylor,
  apoz,
  scale,
} as const satisfies Readonly<Record<string, Criterion>>;

export type CriterionName = keyof typeof criteria;

const relative = (scores: Float64Array): Float64Array => {
  const size = Math.hypot(...scores) / Math.sqrt(scores.length);
  return size === 0 ? scores : scores.map((score) => score / size);
};

/** The score of each group: the mean over those of its channels that have one; null: none has. */
export const groupScores = (
  scores: LayerScores,
  { groups, places }: ChannelGraph,
  { isRelative }: Pick<Criterion, 'isRelative'>,
): (number | null)[] => {
  const [sums, counts] = [new Float64Array(groups.length), new Float64Array(groups.length)];
  for (const [name, raw] of scores) {
    const own = isRelative ? relative(raw) : raw;
    for (const [at, group] of (places.get(name) ?? []).entries()) {
      if (group < 0) continue;
      sums[group] += own[at];
      counts[group]++;
    }
  }
  return [...sums].map((sum, id) => (counts[id] === 0 ? null : sum / counts[id]));
};
