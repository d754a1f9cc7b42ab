import type { Optimizer } from '../../engine.js';
import { withDecay, type OptimizerWriter } from './optimizer.js';

/** v ← momentum · v + g; θ ← θ − learningRate · v, with Nesterov g + momentum · v instead of v. */
export const sgdWriter = ({ momentum, nesterov, weightDecay }: Optimizer & { kind: 'sgd' }): OptimizerWriter => ({
  slots: momentum === 0 ? [] : ['velocity'],
  scalars: [],
  advance: () => [],
  step: (graph, given) => {
    const { parameter, slots, learningRate } = given;
    const gradient = withDecay(graph, given, weightDecay);
    const moved = (direction: string): string =>
      graph.op('Sub', [parameter, graph.op('Mul', [direction, learningRate])]);
    if (momentum === 0) return { parameter: moved(gradient), slots: [] };
    const plus = (velocity: string): string =>
      graph.op('Add', [graph.op('Mul', [velocity, graph.number(momentum)]), gradient]);
    const velocity = plus(slots[0]);
    return { parameter: moved(nesterov ? plus(velocity) : velocity), slots: [velocity] };
  },
});
