import { integer, type GraphBuilder } from '../graph.js';

/** Values moved to mean 0 and variance 1 over some axes, and how a gradient goes back through it. */
export interface Normalized {
  readonly name: string;
  /** The gradient at the input from that at the normalized values. */
  backward(gradient: string): string;
}

export const inverseRoot = (graph: GraphBuilder, variance: string, epsilon: number): string => {
  const root = graph.op('Sqrt', [graph.op('Add', [variance, graph.floats([], [epsilon])])]);
  return graph.op('Div', [graph.floats([], [1]), root]);
};

/**
 * x̂ = (x − mean) / √(variance + ε), with the biased variance. With d the gradient at x̂, that at x is
 * (d − mean(d) − x̂ · mean(d · x̂)) / √(variance + ε).
 */
export const normalize = (graph: GraphBuilder, value: string, axes: readonly number[], epsilon: number): Normalized => {
  const mean = (of: string): string => graph.op('ReduceMean', [of, graph.vector(...axes)], { keepdims: integer(1) });
  const centered = graph.op('Sub', [value, mean(value)]);
  const inverse = inverseRoot(graph, mean(graph.op('Mul', [centered, centered])), epsilon);
  const name = graph.op('Mul', [centered, inverse]);
  return {
    name,
    backward: (gradient) => {
      const along = graph.op('Mul', [name, mean(graph.op('Mul', [gradient, name]))]);
      const rest = graph.op('Sub', [graph.op('Sub', [gradient, mean(gradient)]), along]);
      return graph.op('Mul', [rest, inverse]);
    },
  };
};
