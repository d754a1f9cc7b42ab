import type { GraphBuilder } from '../graph.js';

/** What a step has of one tensor, in the tensor's native form. */
export interface WeightInputs {
  /** The tensor's. */
  readonly name: string;
  /** What the layers would see otherwise. */
  readonly value: string;
  /** The tensor's part of {@link WeightWriter.constants}. */
  readonly constant: string;
  /** Of {@link WeightWriter.isDrawn}: this step's whole numbers from 0 to 65535, as floats. */
  readonly draws: string;
  /** What another tensor has in this step. */
  readonly parameter: (name: string) => string;
}

export interface SeenWeight {
  readonly value: string;
  /**
   * The gradient at the tensor, of that at what is seen; null where they are the same.
   * @param also takes the gradient at another tensor that is read
   */
  readonly backward: ((gradient: string, also: (tensor: string, gradient: string) => void) => string) | null;
}

/** What the layers see of some tensors while they are trained. */
export interface WeightWriter {
  readonly tensors: ReadonlySet<string>;
  /** Numbers that stay the same, in layout order. */
  readonly constants?: Float32Array;
  /** Whether it needs random numbers, one an entry and step. */
  readonly isDrawn: boolean;
  see(graph: GraphBuilder, inputs: WeightInputs): SeenWeight;
}
