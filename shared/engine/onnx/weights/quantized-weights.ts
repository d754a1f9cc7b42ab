import { leastStep } from '../../quantized.js';
import { integer, type GraphBuilder } from '../graph.js';
import type { WeightWriter } from './weight-writer.js';

/** A kernel on the grid from −(2^(bits−1) − 1) to 2^(bits−1) − 1 steps. */
const quantizedKernel = (graph: GraphBuilder, kernel: string, bits: number): string => {
  const largest = graph.op('ReduceMax', [graph.op('Abs', [kernel])], { keepdims: integer(0) });
  const step = graph.op('Mul', [largest, graph.number(1 / (2 ** (bits - 1) - 1))]);
  const safe = graph.op('Max', [step, graph.number(leastStep)]);
  return graph.op('Mul', [graph.op('Round', [graph.op('Div', [kernel, safe])]), safe]);
};

/** Kernels on a grid; their gradient is that of the kernel itself. */
export const quantizedWeights = (tensors: ReadonlySet<string>, bits: number): WeightWriter => ({
  tensors,
  isDrawn: false,
  see: (graph, { value }) => ({ value: quantizedKernel(graph, value, bits), backward: null }),
});
