import { sizeOf } from '../../../params/layout.js';
import type { FeatureLoss } from '../../engine.js';
import { add, mul, sub, sum } from './arithmetic.js';
import type { FeatureWriter } from './feature-writer.js';

/**
 * (μ − m)²/v + (s/v − 1)², the mean over the channels, with μ and s the batch's mean and variance: the gradient at a value
 * of a row of weight w is w/positions · 2/channels · ((μ − m)/v + 2 · (s/v − 1)/v · (value − μ)).
 */
export const statistics =
  ({ mean, variance }: FeatureLoss & { kind: 'statistics' }): FeatureWriter =>
  (graph, { values, shape, weights }) => {
    const channels = shape[shape.length - 1];
    const positions = sizeOf(shape) / channels;
    const x = graph.reshape(values, -1, positions, channels);
    const share = mul(graph, graph.op('Unsqueeze', [weights, graph.vector(2)]), graph.number(1 / positions));
    const inverse = graph.floats(
      [channels],
      [...variance].map((v) => 1 / v),
    );
    const centre = sum(graph, mul(graph, x, share), [0, 1]);
    const around = sub(graph, x, centre);
    const spread = sum(graph, mul(graph, around, around, share), [0, 1]);
    const shift = sub(graph, centre, graph.floats([channels], [...mean]));
    const excess = sub(graph, mul(graph, spread, inverse), graph.number(1));
    const terms = add(graph, mul(graph, shift, shift, inverse), mul(graph, excess, excess));
    const atCentre = mul(graph, shift, inverse);
    const atSpread = mul(graph, excess, inverse, graph.number(2));
    const slope = add(graph, atCentre, mul(graph, around, atSpread));
    return {
      loss: mul(graph, sum(graph, terms), graph.number(1 / channels)),
      gradient: mul(graph, slope, share, graph.number(2 / channels)),
    };
  };
