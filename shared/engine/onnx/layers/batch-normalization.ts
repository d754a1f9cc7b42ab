import { sizeOf } from '../../../params/layout.js';
import { plainInput } from '../arrange.js';
import type { GraphBuilder } from '../graph.js';
import type { Value } from '../tape.js';
import type { Emission, LayerEmitter } from './emitter.js';
import { inverseRoot } from './normalization.js';

const ones = (graph: GraphBuilder, count: number): string =>
  graph.floats(
    [1, count],
    Array.from({ length: count }, () => 1),
  );

/** What a position of each row counts in the batch's statistics: [rows · positions, 1], together 1. */
const weightsOf = (graph: GraphBuilder, rowWeights: string, positions: number): string => {
  const each = graph.floats(
    [1, positions],
    Array.from({ length: positions }, () => 1 / positions),
  );
  return graph.reshape(graph.op('Mul', [rowWeights, each]), -1, 1);
};

/** momentum · running + (1 − momentum) · batch */
const moved = (graph: GraphBuilder, running: string, batch: string, momentum: number): string =>
  graph.op('Add', [
    graph.op('Mul', [running, graph.floats([], [momentum])]),
    graph.op('Mul', [batch, graph.floats([], [1 - momentum])]),
  ]);

interface Statistics {
  readonly centered: string;
  /** 1 / √(variance + ε), [1, channels] */
  readonly inverse: string;
  /** The gradient at the input from that at the normalized values; null where the statistics are constants. */
  readonly backward: ((gradient: string, normalized: string) => string) | null;
}

type Placed = Parameters<LayerEmitter<'batchNormalization'>['emit']>[1];

const runningStatistics = ({ graph, parameter }: Emission, { options, tensors }: Placed, view: string): Statistics => ({
  centered: graph.op('Sub', [view, parameter(tensors['moving_mean'])]),
  inverse: inverseRoot(graph, parameter(tensors['moving_variance']), options.epsilon),
  backward: null,
});

/** With a the positions' weights, that at x is (d − a · Σd − a · x̂ · Σ(d · x̂)) / √(variance + ε). */
const batchStatistics = (emission: Emission, placed: Placed, view: string, positions: number): Statistics => {
  const { graph, parameter, rows, training } = emission;
  const { options, tensors } = placed;
  const weights = weightsOf(graph, training!.rowWeights, positions);
  const row = graph.reshape(weights, 1, -1);
  const mean = graph.op('Gemm', [row, view]);
  const centered = graph.op('Sub', [view, mean]);
  const variance = graph.op('Gemm', [row, graph.op('Mul', [centered, centered])]);
  const inverse = inverseRoot(graph, variance, options.epsilon);
  const { momentum } = options;
  training!.setBuffer(tensors['moving_mean'], moved(graph, parameter(tensors['moving_mean']), mean, momentum));
  training!.setBuffer(
    tensors['moving_variance'],
    moved(graph, parameter(tensors['moving_variance']), variance, momentum),
  );
  const sum = (value: string): string => graph.op('Gemm', [ones(graph, rows * positions), value]);
  return {
    centered,
    inverse,
    backward: (gradient, normalized) => {
      const along = graph.op('Mul', [normalized, sum(graph.op('Mul', [gradient, normalized]))]);
      const all = graph.op('Mul', [weights, graph.op('Add', [along, sum(gradient)])]);
      return graph.op('Mul', [graph.op('Sub', [gradient, all]), inverse]);
    },
  };
};

export const batchNormalization: LayerEmitter<'batchNormalization'> = {
  kind: 'batchNormalization',
  emit: (emission, placed, [given]) => {
    const { graph, tape, parameter, rows } = emission;
    const { tensors } = placed;
    const input = plainInput(emission, given);
    const channels = input.shape[input.shape.length - 1];
    const positions = sizeOf(input.shape) / channels;
    const view = graph.reshape(input.name, -1, channels);
    const { centered, inverse, backward } =
      emission.training === null
        ? runningStatistics(emission, placed, view)
        : batchStatistics(emission, placed, view, positions);
    const normalized = graph.op('Mul', [centered, inverse]);
    const gamma = parameter(tensors['gamma']);
    const sum = graph.op('Add', [graph.op('Mul', [normalized, gamma]), parameter(tensors['beta'])]);
    const name = graph.reshape(sum, -1, ...input.shape);
    const output: Value = { ...input, name, needsGradient: true };
    tape.record(name, (given, updates) => {
      const gradient = graph.reshape(given, -1, channels);
      updates.rowSum(tensors['gamma'], graph.op('Mul', [gradient, normalized]), rows * positions);
      updates.rowSum(tensors['beta'], gradient, rows * positions);
      if (!input.needsGradient || backward === null) return;
      const atInput = backward(graph.op('Mul', [gradient, gamma]), normalized);
      tape.accumulate(input, graph.reshape(atInput, -1, ...input.shape));
    });
    return output;
  },
};
