import { stepFactors } from '../../../params/trained-step.js';
import { leastStep } from '../../quantized.js';
import { integer, type GraphBuilder } from '../graph.js';
import type { WeightWriter } from './weight-writer.js';

/** A kernel on the grid of its step. */
const quantizedKernel = (graph: GraphBuilder, kernel: string, bits: number): string => {
  const factors = stepFactors(bits);
  const all = (operator: string, value: string): string => graph.op(operator, [value], { keepdims: integer(0) });
  const magnitudes = graph.op('Abs', [kernel]);
  const living = graph.op('Max', [all('ReduceSum', graph.op('Sign', [magnitudes])), graph.number(1)]);
  const mean = graph.op('Div', [all('ReduceSum', magnitudes), living]);
  const steps = [
    graph.op('Mul', [all('ReduceMax', magnitudes), graph.number(factors.largest)]),
    graph.op('Mul', [mean, graph.number(factors.mean)]),
  ];
  const step = graph.op('Max', [graph.op('Min', steps), graph.number(leastStep)]);
  const level = graph.op('Round', [graph.op('Div', [kernel, step])]);
  const ends = [-factors.most, factors.most].map((end) => graph.number(end));
  return graph.op('Mul', [graph.op('Clip', [level, ...ends]), step]);
};

/** Kernels on a grid; their gradient is that of the kernel itself. */
export const quantizedWeights = (tensors: ReadonlySet<string>, bits: number): WeightWriter => ({
  tensors,
  isDrawn: false,
  see: (graph, { value }) => ({ value: quantizedKernel(graph, value, bits), backward: null }),
});
