import type { GraphBuilder } from '../graph.js';

/** What a feature loss is computed from, in one step. */
export interface FeatureInputs {
  /** The layer's values [rows, ...shape], channels last. */
  readonly values: string;
  readonly rows: number;
  /** Without the rows. */
  readonly shape: readonly number[];
  /** [rows, size]; empty text where the loss has none. */
  readonly targets: string;
  /** Weights of the rows [rows, 1], which are 0 where a row does not count. */
  readonly weights: string;
}

export interface WrittenFeature {
  /** A number. */
  readonly loss: string;
  /** With respect to the values, of any shape with as many numbers. */
  readonly gradient: string;
}

/** How a feature loss is computed. */
export type FeatureWriter = (graph: GraphBuilder, inputs: FeatureInputs) => WrittenFeature;
