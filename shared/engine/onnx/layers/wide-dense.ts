import { fusedDomain, integer } from '../graph.js';
import { scaled } from '../arrange.js';
import { activationOf } from './activation.js';
import type { FastEmitter, ParameterForm } from './emitter.js';

/** Entries of a kernel from which reading it costs more than computing with it. */
const wide = 2 ** 18;

/** [in, out] ↔ [out, in]. */
const kernelForm = ([inputs, outputs]: readonly number[]): ParameterForm => ({
  shape: [outputs, inputs],
  toNative: (graph, value) => graph.transpose(value, 1, 0),
  toCanonical: (graph, value) => graph.transpose(value, 1, 0),
});

/** A vector as a column: [1, n] ↔ [n, 1]. */
const columnForm = (size: number): ParameterForm => ({
  shape: [size, 1],
  toNative: (graph, value) => graph.reshape(value, size, 1),
  toCanonical: (graph, value) => graph.reshape(value, 1, size),
});

/**
 * A dense layer with a kernel too large for the cache and few rows, so that the kernel's way through memory is what takes
 * time. The kernel is kept as [out, in] and the products are formed transposed, yᵀ = W xᵀ + b: there the kernel is the
 * left operand, which the runtime reads in place instead of copying it into a packed form first.
 */
export const wideDense: FastEmitter<'dense'> = {
  kind: 'dense',
  // On the examples themselves a delayed update is better.
  suits: ({ options, inputShapes: [shape] }, isData) =>
    !isData && shape.length === 1 && shape[0] * options.units >= wide,
  parameterForms: ({ options, inputShapes: [[inputs]] }) => ({
    kernel: kernelForm([inputs, options.units]),
    ...(options.useBias ? { bias: columnForm(options.units) } : {}),
  }),
  emit: (emission, { options, tensors, outputShape }, [given]) => {
    const { graph, tape, parameter, rows } = emission;
    const input = scaled(emission, given);
    const kernel = parameter(tensors['kernel']);
    const bias = options.useBias ? [parameter(tensors['bias'])] : [];
    const isFused = options.activation === 'relu';
    const operands = [kernel, input.name, ...bias];
    const sum = isFused
      ? graph.op('FusedGemm', operands, { transB: integer(1), activation: { text: 'Relu' } }, fusedDomain)
      : graph.op('Gemm', operands, { transB: integer(1) });
    const activation = activationOf(options.activation);
    const output = isFused ? sum : activation.forward(graph, sum, 0);
    const name = graph.transpose(output, 1, 0);
    tape.record(name, (gradient, updates) => {
      const atSum = activation.backward(graph, graph.transpose(gradient, 1, 0), output, sum, 0);
      updates.product(tensors['kernel'], graph.transpose(atSum, 1, 0), input.name, 1);
      if (options.useBias) updates.whole(tensors['bias'], graph.op('Gemm', [atSum, graph.ones(rows, 1)]));
      if (!input.needsGradient) return;
      tape.accumulate(input, graph.op('Gemm', [atSum, kernel], { transA: integer(1) }));
    });
    return { name, shape: outputShape, arrangement: 'channelsLast', factor: 1, needsGradient: true };
  },
};
