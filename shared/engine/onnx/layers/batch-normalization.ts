import type { PlacedLayer } from '../../../models/network.js';
import { sizeOf } from '../../../params/layout.js';
import { scaled } from '../arrange.js';
import { Differentiable, type Term } from '../differentiable.js';
import type { GraphBuilder } from '../graph.js';
import type { Emission, LayerEmitter, TrainingEmission } from './emitter.js';
import { channelView, normalize, scaleAndShift, type ChannelView } from './normalization.js';

type Placed = PlacedLayer<'batchNormalization'>;

/** momentum · running + (1 − momentum) · batch */
const moved = (graph: GraphBuilder, running: string, batch: string, momentum: number): string =>
  graph.op('Add', [
    graph.op('Mul', [running, graph.number(momentum)]),
    graph.op('Mul', [batch, graph.number(1 - momentum)]),
  ]);

const withRunningStatistics = (
  d: Differentiable,
  { parameter }: Emission,
  { options, tensors }: Placed,
  x: Term,
  { vector }: ChannelView,
): Term => {
  const [mean, variance] = ['moving_mean', 'moving_variance'].map((name) =>
    d.reshape(d.constant(parameter(tensors[name]), [1, sizeOf(vector)]), ...vector),
  );
  return d.multiply(d.subtract(x, mean), d.inverseRoot(variance, options.epsilon));
};

/** Rows count by their weights, so that those that fill up a short batch do not; the positions of a row count alike. */
const withBatchStatistics = (
  d: Differentiable,
  { graph, parameter, rows }: Emission,
  { rowWeights, setBuffer }: TrainingEmission,
  { options, tensors }: Placed,
  x: Term,
  view: ChannelView,
): Term => {
  const [, ...rest] = view.shape;
  const weights = d.constant(graph.reshape(rowWeights, 1, rows), [1, rows]);
  const mean = (of: Term): Term => {
    const row = d.matMul(weights, d.reshape(of, rows, sizeOf(rest)));
    return d.mean(d.reshape(row, 1, ...rest), ...view.positions);
  };
  const batch = normalize(d, x, mean, options.epsilon);
  const buffers = { moving_mean: batch.mean, moving_variance: batch.variance };
  for (const [name, { name: value }] of Object.entries(buffers)) {
    const vector = graph.reshape(value, 1, sizeOf(view.vector));
    setBuffer(tensors[name], moved(graph, parameter(tensors[name]), vector, options.momentum));
  }
  return batch.value;
};

export const batchNormalization: LayerEmitter<'batchNormalization'> = {
  kind: 'batchNormalization',
  emit: (emission, placed, [given]) => {
    const { rows, channelBlock, training } = emission;
    const d = new Differentiable(emission);
    const input = scaled(emission, given);
    const view = channelView(rows, input, channelBlock);
    const x = d.reshape(d.of(input), ...view.shape);
    const normalized =
      training === null
        ? withRunningStatistics(d, emission, placed, x, view)
        : withBatchStatistics(d, emission, training, placed, x, view);
    return d.toValue(scaleAndShift(d, emission, normalized, placed.tensors, view.vector), input);
  },
};
