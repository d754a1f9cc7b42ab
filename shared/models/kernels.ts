import { sizeOf, type PlacedTensor } from '../params/layout.js';
import type { CompiledNetwork, PlacedLayer } from './network.js';

const kinds: ReadonlySet<string> = new Set(['dense', 'conv2d', 'depthwiseConv2d']);

/** The layers by the names of their kernels: dense layers and convolutions. */
export const kernelsOf = (layers: readonly PlacedLayer[]): ReadonlyMap<string, PlacedLayer> =>
  new Map(layers.filter(({ kind }) => kinds.has(kind)).map((placed) => [placed.tensors['kernel'], placed]));

/** A kernel's tensor and its layer. */
export interface KernelTensor {
  readonly layer: PlacedLayer;
  readonly tensor: PlacedTensor;
}

/** The kernels of dense layers and convolutions, in layout order. */
export const kernelTensors = ({ layers, layout }: Pick<CompiledNetwork, 'layers' | 'layout'>): KernelTensor[] => {
  const kernels = kernelsOf(layers);
  return layout.tensors.flatMap((tensor) => {
    const layer = kernels.get(tensor.name);
    return layer === undefined ? [] : [{ layer, tensor }];
  });
};

/** Values that each output of a kernel sums over: all extents but the last, and in a depthwise one but the channels too. */
export const fanIn = ({ kind }: Pick<PlacedLayer, 'kind'>, shape: readonly number[]): number =>
  sizeOf(shape.slice(0, kind === 'depthwiseConv2d' ? -2 : -1));
