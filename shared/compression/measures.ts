import { kernelsOf } from '../models/kernels.js';
import type { PlacedLayer } from '../models/network.js';
import type { CompressedModel } from './model.js';
import { encodeCompact } from './storage/compact-file.js';

/** One layer of a model, measured. */
export interface LayerMeasures {
  readonly name: string;
  readonly kind: string;
  readonly outputShape: readonly number[];
  /** Numbers in its tensors. */
  readonly parameters: number;
  /** Those of them that are not 0. */
  readonly nonzero: number;
  /** Bits that a weight of its kernel is stored in, before entropy coding: 32 where it is not quantized; null without one. */
  readonly bits: number | null;
  /** Forward FLOPs of one example: 2 × multiply-accumulates. */
  readonly flops: number;
  /** The same without products by weights that are 0. */
  readonly effectiveFlops: number;
}

/** A model, measured. */
export interface ModelMeasures {
  readonly parameters: number;
  readonly nonzero: number;
  /** Bytes of the compact model file: weights, indices, scales and tables. */
  readonly storedBytes: number;
  readonly flops: number;
  readonly effectiveFlops: number;
  readonly layers: readonly LayerMeasures[];
}

const nonzeroOf = (values: Float32Array): number => values.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);

const layerMeasures = (layer: PlacedLayer, model: CompressedModel): LayerMeasures => {
  const { parameters, network, quantization } = model;
  const kernel = kernelsOf([layer]).size > 0 ? layer.tensors['kernel'] : null;
  const own = new Set(Object.values(layer.tensors));
  let [size, nonzero, density] = [0, 0, 1];
  for (const tensor of network.layout.tensors) {
    if (!own.has(tensor.name) || tensor.role === 'counter') continue;
    const living = nonzeroOf(parameters.floats.subarray(tensor.offset, tensor.offset + tensor.size));
    size += tensor.size;
    nonzero += living;
    if (tensor.name === kernel) density = living / tensor.size;
  }
  return {
    name: layer.name,
    kind: layer.kind,
    outputShape: layer.outputShape,
    parameters: size,
    nonzero,
    bits: kernel === null ? null : (quantization?.weights.get(kernel)?.bits ?? 32),
    flops: layer.flops,
    effectiveFlops: layer.flops * density,
  };
};

/** Sizes and FLOPs of a model. */
export const measure = (model: CompressedModel): ModelMeasures => {
  const layers = model.network.layers.map((layer) => layerMeasures(layer, model));
  const sum = (of: (layer: LayerMeasures) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  return {
    parameters: sum(({ parameters }) => parameters),
    nonzero: sum(({ nonzero }) => nonzero),
    storedBytes: encodeCompact(model).length,
    flops: model.network.flops,
    effectiveFlops: sum(({ effectiveFlops }) => effectiveFlops),
    layers,
  };
};

/** Original bytes / compressed bytes. */
export const compressionRatio = (
  before: Pick<ModelMeasures, 'storedBytes'>,
  after: Pick<ModelMeasures, 'storedBytes'>,
) => before.storedBytes / after.storedBytes;
