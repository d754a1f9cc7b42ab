import type { CompiledNetwork } from '../../../models/network.js';
import { kernelTensors } from '../../../models/kernels.js';
import { stepFactors } from '../../../params/trained-step.js';
import { stepGradientScale, stepTensor } from '../../learned-steps.js';
import { leastStep } from '../../quantized.js';
import { integer } from '../graph.js';
import type { WeightWriter } from './weight-writer.js';

/** Kernels on grids whose steps are parameters: see `shared/engine/learned-steps.ts`. */
export const learnedSteps = (network: CompiledNetwork, bits: number): WeightWriter => {
  const sizes = new Map(kernelTensors(network).map(({ tensor: { name, size } }) => [name, size]));
  const { most } = stepFactors(bits);
  return {
    tensors: new Set(sizes.keys()),
    isDrawn: false,
    see: (graph, { name, value, parameter }) => {
      const step = graph.op('Max', [parameter(stepTensor(name)), graph.number(leastStep)]);
      const ratio = graph.op('Div', [value, step]);
      const clipped = graph.op('Clip', [ratio, graph.number(-most), graph.number(most)]);
      const level = graph.op('Round', [clipped]);
      return {
        value: graph.op('Mul', [level, step]),
        backward: (gradient, also) => {
          const isInside = graph.cast(graph.op('Equal', [clipped, ratio]), 'float32');
          const slope = graph.op('Sub', [level, graph.op('Mul', [ratio, isInside])]);
          const sum = graph.op('ReduceSum', [graph.op('Mul', [gradient, slope])], { keepdims: integer(0) });
          const scale = graph.number(stepGradientScale(sizes.get(name) ?? 1, bits));
          also(stepTensor(name), graph.reshape(graph.op('Mul', [sum, scale]), 1));
          return graph.op('Mul', [gradient, isInside]);
        },
      };
    },
  };
};
