import type { Role } from '../../params/layout.js';
import type { Initializer } from '../initializers.js';
import type { Layer } from '../network.js';

export interface LayerTensor {
  /** Full name in the layout: `LAYER/kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly role: Role;
  readonly initializer: Initializer;
}

/** What a layer's input shape makes of it. */
export interface LayerPlan {
  /** Without the batch. */
  readonly outputShape: readonly number[];
  readonly tensors: readonly LayerTensor[];
  /** Forward FLOPs of one example: 2 × multiply-accumulates. */
  readonly flops: number;
}

export interface LayerKind<K extends Layer['kind']> {
  readonly kind: K;
  /**
   * @param inputShape without the batch
   * @throws CodedError `model/bad-shape`, `model/bad-layer`, without saying which layer: the caller knows
   */
  plan(layer: Extract<Layer, { kind: K }>, inputShape: readonly number[]): LayerPlan;
}
