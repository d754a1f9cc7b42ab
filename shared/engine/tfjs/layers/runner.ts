import type { Tensor } from '@tensorflow/tfjs';
import type { Layer, PlacedLayer } from '../../../models/network.js';
import type { TensorFlow } from '../backend.js';

export interface Placed<K extends Layer['kind']> extends PlacedLayer {
  readonly layer: Extract<Layer, { kind: K }>;
}

/** One kind of layer in TensorFlow.js operations; the library differentiates them. */
export interface LayerRunner<K extends Layer['kind']> {
  readonly kind: K;
  /** @param input [rows, ...inputShape]. @param parameter the tensor of that name */
  run(tf: TensorFlow, placed: Placed<K>, parameter: (name: string) => Tensor, input: Tensor): Tensor;
}
