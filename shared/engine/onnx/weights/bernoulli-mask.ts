import type { WeightTransform } from '../../engine.js';
import { drawLevels } from '../../mask-draws.js';
import type { WeightWriter } from './weight-writer.js';

/** w · m, with m drawn from σ(score); straight through, dscore = d(w · m) · w · σ(score) · (1 − σ(score)). */
export const bernoulliMask = ({ tensors, weights }: WeightTransform): WeightWriter => ({
  tensors: new Set(tensors),
  constants: weights,
  isDrawn: true,
  see: (graph, { value: score, constant, draws }) => {
    const probability = graph.op('Sigmoid', [score]);
    const threshold = graph.op('Mul', [probability, graph.number(drawLevels)]);
    const isKept = graph.op('Less', [graph.op('Add', [draws, graph.number(0.5)]), threshold]);
    return {
      value: graph.op('Mul', [constant, graph.cast(isKept, 'float32')]),
      backward: (gradient) => {
        const slope = graph.op('Mul', [probability, graph.op('Sub', [graph.number(1), probability])]);
        return graph.op('Mul', [graph.op('Mul', [gradient, constant]), slope]);
      },
    };
  },
});
