import { scaled } from '../arrange.js';
import { Differentiable, withRows, type Term } from '../differentiable.js';
import type { GraphBuilder } from '../graph.js';
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
  emit: (emission, { options: { numHeads, keyDim }, tensors, outputShape }, [given]) => {
    const { graph, parameter, rows } = emission;
    const [positions, width] = outputShape;
    const [count, inner] = [withRows(rows, positions), numHeads * keyDim];
    const d = new Differentiable(emission);
    const project = (name: string, value: Term, units: number): Term => {
      const names = [tensors[`${name}_kernel`], tensors[`${name}_bias`]] as const;
      return d.linear(value, [parameter(names[0]), parameter(names[1])], names, units);
    };
    const toHeads = (value: Term, ...order: readonly number[]): Term =>
      d.transpose(d.reshape(value, rows, positions, numHeads, keyDim), ...order);

    const input = scaled(emission, given);
    const x = d.reshape(d.of(input), count, width);
    const query = toHeads(d.times(project('query', x, inner), 1 / Math.sqrt(keyDim)), 0, 2, 1, 3);
    const key = toHeads(project('key', x, inner), 0, 2, 3, 1);
    const value = toHeads(project('value', x, inner), 0, 2, 1, 3);
    const mask = d.constant(causalMask(graph, positions), [positions, positions]);
    const attention = d.softmax(d.add(d.matMul(query, key), mask));
    const mixed = d.reshape(d.transpose(d.matMul(attention, value), 0, 2, 1, 3), count, inner);
    return d.toValue(project('output', mixed, width), { ...input, shape: outputShape });
  },
};
