import { bitsBelow } from '../codec/value.js';
import { kernelsOf } from '../models/kernels.js';
import type { PlacedLayer } from '../models/network.js';
import type { PlacedTensor } from '../params/layout.js';
import { histogramOf, type WeightHistogram } from './histogram.js';
import type { CompressedModel } from './model.js';
import { storeModel, type StoredModel } from './storage/compact-file.js';

/** One layer of a model, measured. */
export interface LayerMeasures {
  readonly name: string;
  readonly kind: string;
  readonly outputShape: readonly number[];
  /** Numbers in its tensors. */
  readonly parameters: number;
  /** Those of them that are not 0. */
  readonly nonzero: number;
  /** Part of its kernel that is 0; null without one. */
  readonly sparsity: number | null;
  /**
   * Bits that a weight of its kernel is stored in, before entropy coding: those of its grid, or as many as number its shared
   * weights; 32 for any float32; null without a kernel.
   */
  readonly bits: number | null;
  /** Bytes of the compact model file that are its tensors'. */
  readonly storedBytes: number;
  /** Storage format and value coding of its kernel in that file; null without one. */
  readonly storage: { readonly format: string; readonly values: string } | null;
  /** Forward FLOPs of one example: 2 × multiply-accumulates. */
  readonly flops: number;
  /** The same without products by weights that are 0. */
  readonly effectiveFlops: number;
  /** Of its kernel; null without one. */
  readonly histogram: WeightHistogram | null;
}

/** A model, measured. */
export interface ModelMeasures {
  readonly parameters: number;
  readonly nonzero: number;
  /** 4 × parameters: as float32. */
  readonly originalBytes: number;
  /** Bytes of the compact model file: weights, indices, scales, tables, and the description of the network. */
  readonly storedBytes: number;
  readonly flops: number;
  readonly effectiveFlops: number;
  readonly layers: readonly LayerMeasures[];
}

const nonzeroOf = (values: Float32Array): number => {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
  return count;
};

const numbersOf = ({ parameters }: CompressedModel, { offset, size }: PlacedTensor): Float32Array =>
  parameters.floats.subarray(offset, offset + size);

type KernelMeasures = Pick<LayerMeasures, 'sparsity' | 'bits' | 'storage' | 'histogram'>;

const noKernel: KernelMeasures = { sparsity: null, bits: null, storage: null, histogram: null };

/** Bits that number the different values that are not 0. */
const bookBits = (numbers: Float32Array): number => Math.max(1, bitsBelow(new Set(numbers.filter(Boolean)).size));

const kernelMeasures = (
  tensor: PlacedTensor,
  model: CompressedModel,
  { tensors }: StoredModel,
  limit: number | undefined,
): KernelMeasures => {
  const numbers = numbersOf(model, tensor);
  const { format, values } = tensors.get(tensor.name)!;
  return {
    sparsity: 1 - nonzeroOf(numbers) / numbers.length,
    bits: model.quantization?.weights.get(tensor.name)?.bits ?? (values === 'codebook' ? bookBits(numbers) : 32),
    storage: { format, values },
    histogram: histogramOf(numbers, limit),
  };
};

const layerMeasures = (
  layer: PlacedLayer,
  model: CompressedModel,
  stored: StoredModel,
  before: LayerMeasures | undefined,
): LayerMeasures => {
  const own = new Set(Object.values(layer.tensors));
  const tensors = model.network.layout.tensors.filter(({ name, role }) => own.has(name) && role !== 'counter');
  const sum = (of: (tensor: PlacedTensor) => number): number =>
    tensors.reduce((total, tensor) => total + of(tensor), 0);
  const kernelName = kernelsOf([layer]).size > 0 ? layer.tensors['kernel'] : undefined;
  const tensor = tensors.find(({ name }) => name === kernelName);
  const kernel = tensor === undefined ? noKernel : kernelMeasures(tensor, model, stored, before?.histogram?.limit);
  return {
    name: layer.name,
    kind: layer.kind,
    outputShape: layer.outputShape,
    parameters: sum(({ size }) => size),
    nonzero: sum((one) => nonzeroOf(numbersOf(model, one))),
    storedBytes: sum(({ name }) => stored.tensors.get(name)!.bytes),
    flops: layer.flops,
    effectiveFlops: Math.round(layer.flops * (1 - (kernel.sparsity ?? 0))),
    ...kernel,
  };
};

/**
 * Sizes and FLOPs of a model, as a whole and of each layer.
 * @param before measures of what the model was made from: histograms take the same bins, by the layer's name
 */
export const measure = (model: CompressedModel, before?: ModelMeasures): ModelMeasures => {
  const stored = storeModel(model);
  const layers = model.network.layers.map((layer) =>
    layerMeasures(
      layer,
      model,
      stored,
      before?.layers.find(({ name }) => name === layer.name),
    ),
  );
  const sum = (of: (layer: LayerMeasures) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  const parameters = sum((layer) => layer.parameters);
  return {
    parameters,
    nonzero: sum(({ nonzero }) => nonzero),
    originalBytes: 4 * parameters,
    storedBytes: stored.bytes.length,
    flops: model.network.flops,
    effectiveFlops: sum(({ effectiveFlops }) => effectiveFlops),
    layers,
  };
};
