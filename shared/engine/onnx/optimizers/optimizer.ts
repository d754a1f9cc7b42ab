import type { GraphBuilder } from '../graph.js';

/** What a step of one tensor is made of. */
export interface TensorStep {
  readonly parameter: string;
  readonly gradient: string;
  /** The tensor's state, in the order of {@link OptimizerWriter.slots}. */
  readonly slots: readonly string[];
  /** The state that all tensors share, in the order of {@link OptimizerWriter.scalars}. */
  readonly scalars: readonly string[];
  readonly learningRate: string;
}

/** An optimizer in ONNX operators. */
export interface OptimizerWriter {
  /** State tensors of each parameter, of its shape, 0 at first. */
  readonly slots: readonly string[];
  /** First values of the state that all parameters share, one number each. */
  readonly scalars: readonly number[];
  /** The shared state of the next step; computed before the tensors' steps, which see the new one. */
  advance(graph: GraphBuilder, scalars: readonly string[]): readonly string[];
  /** @returns the new parameter and its new state */
  step(graph: GraphBuilder, step: TensorStep): { parameter: string; slots: readonly string[] };
}

/** gradient + factor · parameter */
export const withDecay = (graph: GraphBuilder, { gradient, parameter }: TensorStep, factor: number): string =>
  factor === 0 ? gradient : graph.op('Add', [gradient, graph.op('Mul', [parameter, graph.number(factor)])]);
