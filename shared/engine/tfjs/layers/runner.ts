import type { Tensor } from '@tensorflow/tfjs';
import type { LayerName, PlacedLayer } from '../../../models/network.js';
import type { TensorFlow } from '../backend.js';

/** What only training has. */
export interface TrainingRun {
  /** Weights of the batch's rows [rows]: 1/n, 0 for rows that fill up a short batch. */
  readonly rowWeights: Tensor;
  /** The keep-mask of a dropout layer in this step: float32 [rows, ...shape], 0 or 1. */
  dropoutMask(layer: string): Tensor;
  /** The new value of a buffer; kept after the step, without a gradient. */
  setBuffer(name: string, value: Tensor): void;
}

/** What a layer needs to run. */
export interface Run {
  readonly tf: TensorFlow;
  /** The tensor of that name in the layout. */
  parameter(name: string): Tensor;
  /** Null where only the forward pass runs. */
  readonly training: TrainingRun | null;
}

/** One kind of layer in TensorFlow.js operations; the library differentiates them. */
export interface LayerRunner<K extends LayerName> {
  readonly kind: K;
  /** @param inputs [rows, ...inputShape] each */
  run(run: Run, placed: PlacedLayer<K>, inputs: readonly Tensor[]): Tensor;
}
