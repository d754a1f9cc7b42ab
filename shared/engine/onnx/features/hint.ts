import { sizeOf } from '../../../params/layout.js';
import { mul, sub, sum } from './arithmetic.js';
import type { FeatureWriter } from './feature-writer.js';

/** ½ · the mean of (value − target)², whose gradient is (value − target) / size. */
export const hint: FeatureWriter = (graph, { values, shape, targets, weights }) => {
  const size = sizeOf(shape);
  const difference = sub(graph, graph.reshape(values, -1, size), targets);
  const gradient = mul(graph, difference, mul(graph, weights, graph.number(1 / size)));
  return { gradient, loss: mul(graph, sum(graph, mul(graph, difference, gradient)), graph.number(0.5)) };
};
