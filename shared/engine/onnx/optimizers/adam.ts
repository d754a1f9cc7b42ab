import type { Optimizer } from '../../engine.js';
import type { GraphBuilder } from '../graph.js';
import { withDecay, type OptimizerWriter } from './optimizer.js';

/** rate · old + (1 − rate) · fresh */
const average = (graph: GraphBuilder, rate: number, old: string, fresh: string): string =>
  graph.op('Add', [graph.op('Mul', [old, graph.number(rate)]), graph.op('Mul', [fresh, graph.number(1 - rate)])]);

/**
 * Adam and AdamW: m and v are the running means of the gradient and of its square; θ ← θ − learningRate · m̂ / (√v̂ + ε)
 * with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ). The powers of β are the shared state.
 */
export const adamWriter = (optimizer: Optimizer & { kind: 'adam' | 'adamw' }): OptimizerWriter => {
  const { kind, beta1, beta2, epsilon, weightDecay } = optimizer;
  const unbiased = (graph: GraphBuilder, value: string, power: string): string =>
    graph.op('Div', [value, graph.op('Sub', [graph.number(1), power])]);
  return {
    slots: ['mean', 'square'],
    scalars: [1, 1],
    advance: (graph, powers) => [beta1, beta2].map((beta, i) => graph.op('Mul', [powers[i], graph.number(beta)])),
    step: (graph, given) => {
      const { parameter, slots, scalars, learningRate } = given;
      const gradient = kind === 'adam' ? withDecay(graph, given, weightDecay) : given.gradient;
      const mean = average(graph, beta1, slots[0], gradient);
      const square = average(graph, beta2, slots[1], graph.op('Mul', [gradient, gradient]));
      const root = graph.op('Sqrt', [unbiased(graph, square, scalars[1])]);
      const divisor = graph.op('Add', [root, graph.number(epsilon)]);
      const direction = graph.op('Div', [unbiased(graph, mean, scalars[0]), divisor]);
      const whole = kind === 'adamw' ? withDecay(graph, { ...given, gradient: direction }, weightDecay) : direction;
      const moved = graph.op('Sub', [parameter, graph.op('Mul', [whole, learningRate])]);
      return { parameter: moved, slots: [mean, square] };
    },
  };
};
