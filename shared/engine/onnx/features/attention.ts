import { inverseRoot, mul, sub, sum, unsqueeze } from './arithmetic.js';
import type { FeatureWriter } from './feature-writer.js';

/**
 * |q − target|² with q = a/|a| and a = Σ value² over the channels. With g = 2 · (q − target), the gradient at a is (g − q ·
 * (q · g)) / |a|, and at a value 2 · value times that.
 */
export const attention: FeatureWriter = (graph, { values, shape, targets, weights }) => {
  const [height, width, channels] = shape;
  const image = graph.reshape(values, -1, height * width, channels);
  const map = sum(graph, mul(graph, image, image), [2]);
  const inverse = inverseRoot(graph, sum(graph, mul(graph, map, map), [1], 1));
  const q = mul(graph, map, inverse);
  const difference = sub(graph, q, targets);
  const weighted = mul(graph, difference, weights);
  const along = sum(graph, mul(graph, q, weighted), [1], 1);
  const atMap = mul(graph, sub(graph, weighted, mul(graph, q, along)), inverse, graph.number(4));
  return {
    gradient: mul(graph, image, unsqueeze(graph, atMap, 2)),
    loss: sum(graph, mul(graph, difference, weighted)),
  };
};
