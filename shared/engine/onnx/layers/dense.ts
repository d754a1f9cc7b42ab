import { float, integer } from '../graph.js';
import type { Value } from '../tape.js';
import { activations } from './activation.js';
import type { LayerEmitter } from './emitter.js';

/**
 * y = activation(x W + b) on x [rows, in] and W [in, out]. With d the gradient at the sum: dW = xᵀ d, db = the sum of
 * d's rows, dx = d Wᵀ.
 */
export const dense: LayerEmitter<'dense'> = {
  kind: 'dense',
  emit: ({ graph, tape, rows, parameter }, { layer, tensors, outputShape }, input) => {
    const [kernel, bias] = tensors;
    const activation = activations[layer.activation];
    const weights = parameter(kernel);
    const sum = graph.op('Gemm', [input.name, weights, parameter(bias)], { alpha: float(input.factor) });
    const output: Value = {
      name: activation.forward(graph, sum),
      shape: outputShape,
      factor: 1,
      needsGradient: true,
    };
    tape.record(output.name, (gradient, updates) => {
      const atSum = activation.backward(graph, gradient, output.name);
      updates.product(kernel, input.name, atSum, input.factor);
      updates.rowSum(bias, atSum, rows);
      if (!input.needsGradient) return;
      tape.accumulate(input, graph.op('Gemm', [atSum, weights], { transB: integer(1), alpha: float(input.factor) }));
    });
    return output;
  },
};
