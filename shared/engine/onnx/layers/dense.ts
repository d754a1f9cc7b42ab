import { sizeOf } from '../../../params/layout.js';
import { plainInput } from '../arrange.js';
import { float, integer } from '../graph.js';
import type { Value } from '../tape.js';
import { activationOf } from './activation.js';
import type { LayerEmitter } from './emitter.js';

/**
 * y = activation(x W + b) on x [rows, in] and W [in, out]; a longer input is seen as rows. With d the gradient at the
 * sum: dW = xᵀ d, db = the sum of d's rows, dx = d Wᵀ.
 */
export const dense: LayerEmitter<'dense'> = {
  kind: 'dense',
  emit: (emission, { options, tensors, outputShape }, [given]) => {
    const { graph, tape, parameter } = emission;
    const isVector = outputShape.length === 1;
    const input = isVector ? given : plainInput(emission, given);
    const [inputs, outputs] = [input.shape[input.shape.length - 1], options.units];
    const rows = emission.rows * sizeOf(outputShape.slice(0, -1));
    const x = isVector ? input.name : graph.reshape(input.name, -1, inputs);
    const activation = activationOf(options.activation);
    const weights = parameter(tensors['kernel']);
    const bias = options.useBias ? [parameter(tensors['bias'])] : [];
    const sum = graph.op('Gemm', [x, weights, ...bias], { alpha: float(input.factor) });
    const y = activation.forward(graph, sum, -1);
    const name = isVector ? y : graph.reshape(y, -1, ...outputShape);
    const output: Value = { name, shape: outputShape, arrangement: 'channelsLast', factor: 1, needsGradient: true };
    tape.record(name, (gradient, updates) => {
      const atOutput = isVector ? gradient : graph.reshape(gradient, -1, outputs);
      const atSum = activation.backward(graph, atOutput, y, sum, -1);
      updates.product(tensors['kernel'], x, atSum, input.factor);
      if (options.useBias) updates.rowSum(tensors['bias'], atSum, rows);
      if (!input.needsGradient) return;
      const atInput = graph.op('Gemm', [atSum, weights], { transB: integer(1), alpha: float(input.factor) });
      tape.accumulate(input, isVector ? atInput : graph.reshape(atInput, -1, ...input.shape));
    });
    return output;
  },
};
