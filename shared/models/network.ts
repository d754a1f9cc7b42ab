import type { Layout } from '../params/layout.js';

export type Activation = 'linear' | 'relu';

/** A layer, with the names and meanings of Keras. Images are NHWC, dense kernels [in, out]. */
export type Layer =
  | { readonly kind: 'flatten' }
  | { readonly kind: 'dense'; readonly name: string; readonly units: number; readonly activation: Activation };

/** The one definition of a network: engines, layouts, FLOPs and files all come from this list. */
export interface Network {
  readonly name: string;
  /** Shape of one example, without the batch: [height, width, channels]. */
  readonly input: readonly number[];
  /** The last layer gives one logit a class. */
  readonly layers: readonly Layer[];
  readonly classes: number;
}

/** A layer with what follows from its place in the network. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly inputShape: readonly number[];
  readonly outputShape: readonly number[];
  /** Names of its tensors in the layout, for a dense layer `NAME/kernel` and `NAME/bias`. */
  readonly tensors: readonly string[];
  /** Floating-point operations of one example's forward pass: 2 × multiply-accumulates. */
  readonly flops: number;
}

/** A network with everything that is computed from it once. */
export interface CompiledNetwork {
  readonly network: Network;
  readonly layers: readonly PlacedLayer[];
  readonly layout: Layout;
  /** Forward FLOPs of one example. */
  readonly flops: number;
}

/** Training FLOPs for each forward FLOP: the backward pass and the update cost about twice the forward pass. */
export const trainingFlopsPerForward = 3;
