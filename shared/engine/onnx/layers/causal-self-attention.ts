import { scaled } from '../arrange.js';
import { float, integer, type GraphBuilder } from '../graph.js';
import type { Value } from '../tape.js';
import { activationOf } from './activation.js';
import { transpose } from './convolution.js';
import type { LayerEmitter } from './emitter.js';

/** Added to the scores of later positions: their softmax is 0. */
const never = -1e9;

const causalMask = (graph: GraphBuilder, positions: number): string =>
  graph.floats(
    [positions, positions],
    Array.from({ length: positions ** 2 }, (_, i) => (i % positions > Math.floor(i / positions) ? never : 0)),
  );

export const causalSelfAttention: LayerEmitter<'causalSelfAttention'> = {
  kind: 'causalSelfAttention',
  emit: (emission, { options, tensors, outputShape }, [given]) => {
    const { graph, tape, parameter, rows } = emission;
    const { numHeads, keyDim } = options;
    const input = scaled(emission, given);
    const [positions, width] = outputShape;
    const count = rows * positions;
    const x = graph.reshape(input.name, -1, width);
    const kernel = (name: string): string => parameter(tensors[`${name}_kernel`]);
    const project = (name: string, value: string): string =>
      graph.op('Gemm', [value, kernel(name), parameter(tensors[`${name}_bias`])]);
    const toHeads = (value: string): string =>
      transpose(graph, graph.reshape(value, -1, positions, numHeads, keyDim), 0, 2, 1, 3);
    const fromHeads = (value: string): string =>
      graph.reshape(transpose(graph, value, 0, 2, 1, 3), -1, numHeads * keyDim);
    const product = (a: string, b: string): string => graph.op('MatMul', [a, b]);
    const turned = (value: string): string => transpose(graph, value, 0, 1, 3, 2);
    const times = (value: string, factor: number): string => graph.op('Mul', [value, graph.floats([], [factor])]);

    const [query, key, value] = ['query', 'key', 'value'].map((name) => toHeads(project(name, x)));
    const scale = 1 / Math.sqrt(keyDim);
    const scores = graph.op('Add', [times(product(query, turned(key)), scale), causalMask(graph, positions)]);
    const softmax = activationOf('softmax');
    const attention = softmax.forward(graph, scores, -1);
    const mixed = fromHeads(product(attention, value));
    const name = graph.reshape(project('output', mixed), -1, positions, width);
    const output: Value = { name, shape: outputShape, arrangement: 'channelsLast', factor: 1, needsGradient: true };

    tape.record(name, (given, updates) => {
      const gradient = graph.reshape(given, -1, width);
      const back = (projection: string, value: string): string =>
        graph.op('Gemm', [value, kernel(projection)], { transB: integer(1), alpha: float(1) });
      const update = (projection: string, from: string, at: string): void => {
        updates.product(tensors[`${projection}_kernel`], from, at, 1);
        updates.rowSum(tensors[`${projection}_bias`], at, count);
      };
      update('output', mixed, gradient);
      const atMixed = toHeads(back('output', gradient));
      const atAttention = product(atMixed, turned(value));
      const atScores = times(softmax.backward(graph, atAttention, attention, scores, -1), scale);
      const parts = {
        query: fromHeads(product(atScores, key)),
        key: fromHeads(product(turned(atScores), query)),
        value: fromHeads(product(turned(attention), atMixed)),
      };
      for (const [projection, at] of Object.entries(parts)) {
        update(projection, x, at);
        tape.accumulate(input, graph.reshape(back(projection, at), -1, positions, width));
      }
    });
    return output;
  },
};
