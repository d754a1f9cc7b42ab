import type { GraphBuilder } from '../graph.js';

/** What a step has of one tensor, in the tensor's native form. */
export interface WeightInputs {
  /** What the layers would see otherwise. */
  readonly value: string;
  /** The tensor's part of {@link WeightWriter.constants}. */
  readonly constant: string;
  /** Of {@link WeightWriter.isDrawn}: this step's whole numbers from 0 to 65535, as floats. */
  readonly draws: string;
}

export interface SeenWeight {
  readonly value: string;
  /** The gradient at the tensor, of that at what is seen; null where they are the same. */
  readonly backward: ((gradient: string) => string) | null;
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
