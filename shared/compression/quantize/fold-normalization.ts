import { compileNetwork } from '../../models/compile.js';
import { kernelsOf } from '../../models/kernels.js';
import type { CompiledNetwork, Layer, PlacedLayer } from '../../models/network.js';
import { zeroParameters } from '../../params/parameters.js';
import type { CompressedModel } from '../model.js';

/** A batch normalization and the layer whose sums it normalizes. */
interface Pair {
  readonly computed: PlacedLayer<'conv2d' | 'dense' | 'depthwiseConv2d'>;
  readonly normalization: PlacedLayer<'batchNormalization'>;
}

/** Batch normalizations that alone take the linear values of a dense layer or a convolution. */
const foldable = ({ layers }: CompiledNetwork): Pair[] => {
  const computed = new Map([...kernelsOf(layers).values()].map((layer) => [layer.name, layer as Pair['computed']]));
  return layers.flatMap((normalization): Pair[] => {
    if (normalization.kind !== 'batchNormalization') return [];
    const layer = computed.get(normalization.from[0]);
    const takers = layers.filter(({ from }) => from.includes(normalization.from[0]));
    const isPair = layer !== undefined && takers.length === 1 && layer.options.activation === 'linear';
    return isPair ? [{ computed: layer, normalization }] : [];
  });
};

/** The layer as it is written; one that a normalization is folded into has a bias. */
const writtenLayer = ({ kind, name, options }: PlacedLayer, from: readonly string[], isFolded: boolean): Layer =>
  ({ ...options, ...(isFolded ? { useBias: true } : {}), kind, name, from }) as Layer;

/** The network without the folded normalizations. */
const withoutThem = ({ network, layers }: CompiledNetwork, pairs: readonly Pair[]): CompiledNetwork => {
  const replaced = new Map(pairs.map(({ computed, normalization }) => [normalization.name, computed.name]));
  const folded = new Set(replaced.values());
  const kept = layers.filter(({ name }) => !replaced.has(name));
  return compileNetwork({
    ...network,
    layers: kept.map((layer) =>
      writtenLayer(
        layer,
        layer.from.map((name) => replaced.get(name) ?? name),
        folded.has(layer.name),
      ),
    ),
  });
};

/** Reads and writes tensors of a model by their names. */
const tensorsOf = (network: CompiledNetwork, floats: Float32Array) => {
  const places = new Map(network.layout.tensors.map((tensor) => [tensor.name, tensor]));
  return (name: string | undefined): Float32Array | null => {
    const place = name === undefined ? undefined : places.get(name);
    return place === undefined ? null : floats.subarray(place.offset, place.offset + place.size);
  };
};

/**
 * A model whose dense layers and convolutions do the batch normalization that follows them: W · γ/√(σ² + ε) and
 * (b − μ) · γ/√(σ² + ε) + β (Jacob et al., CVPR 2018, section 3.2). With the running statistics it gives what the model
 * gave. Other normalizations stay.
 */
export const foldNormalization = (model: CompressedModel): CompressedModel => {
  const pairs = foldable(model.network);
  if (pairs.length === 0) return model;
  const network = withoutThem(model.network, pairs);
  const parameters = zeroParameters(network.layout);
  const mask = model.mask === null ? null : new Float32Array(network.layout.floats).fill(1);
  const before = tensorsOf(model.network, model.parameters.floats);
  const after = tensorsOf(network, parameters.floats);
  const maskBefore = tensorsOf(model.network, model.mask ?? model.parameters.floats);
  const maskAfter = mask === null ? null : tensorsOf(network, mask);
  for (const { name } of network.layout.tensors) {
    const values = before(name);
    if (values !== null) after(name)?.set(values);
    const living = maskBefore(name);
    if (maskAfter !== null && living !== null) maskAfter(name)?.set(living);
  }
  for (const { computed, normalization } of pairs) {
    const statistic = (name: string): Float32Array => before(normalization.tensors[name]) ?? new Float32Array(0);
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(statistic);
    const factors = Float64Array.from(gamma, (g, i) => g / Math.sqrt(variance[i] + normalization.options.epsilon));
    const kernel = after(computed.tensors['kernel']) ?? new Float32Array(0);
    const bias = after(`${computed.name}/bias`) ?? new Float32Array(0);
    // + 0: what is 0 stays 0, not −0.
    for (let i = 0; i < kernel.length; i++) kernel[i] = kernel[i] * factors[i % factors.length] + 0;
    for (let i = 0; i < bias.length; i++) bias[i] = (bias[i] - mean[i]) * factors[i] + beta[i];
  }
  parameters.counters.set(model.parameters.counters);
  return { ...model, network, parameters, mask };
};
