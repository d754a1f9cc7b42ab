import { sizeOf } from '../../../params/layout.js';
import { integer, type GraphBuilder } from '../graph.js';
import { inverseRoot, mul, sub, sum, unsqueeze } from './arithmetic.js';
import type { FeatureWriter } from './feature-writer.js';

/** The weights of the pairs of rows [rows, rows]. */
const pairs = (graph: GraphBuilder, weights: string): string =>
  graph.op('Gemm', [weights, weights], { transB: integer(1) });

/** The Huber loss of differences, each times its weight, and its derivative. */
const huber = (graph: GraphBuilder, difference: string, weights: string): { loss: string; derivative: string } => {
  const clipped = graph.op('Clip', [difference, graph.number(-1), graph.number(1)]);
  const derivative = mul(graph, clipped, weights);
  // ½ · d² within 1, |d| − ½ outside: clipped · (d − ½ · clipped).
  const rest = sub(graph, difference, mul(graph, clipped, graph.number(0.5)));
  return { derivative, loss: sum(graph, mul(graph, derivative, rest)) };
};

/** x[i] − x[j] at [j, i, …], for rows [rows, size]. */
const differences = (graph: GraphBuilder, rows: string): string =>
  sub(graph, unsqueeze(graph, rows, 0), unsqueeze(graph, rows, 1));

const squares = (graph: GraphBuilder, differences: string, keepdims: number): string =>
  sum(graph, mul(graph, differences, differences), [2], keepdims);

interface Distances {
  /** d[j, i] / their mean over the pairs of different rows. */
  readonly relative: string;
  /** 1/d[j, i], 0 where d is. */
  readonly inverse: string;
  /** 1 / the mean. */
  readonly inverseMean: string;
}

/** @param different the weights of pairs, over their sum for different rows */
const distancesOf = (graph: GraphBuilder, rows: string, different: string): Distances => {
  const square = squares(graph, differences(graph, rows), 0);
  const inverse = inverseRoot(graph, square);
  const distance = mul(graph, square, inverse);
  const mean = sum(graph, mul(graph, distance, different));
  const inverseMean = inverseRoot(graph, mul(graph, mean, mean));
  return { relative: mul(graph, distance, inverseMean), inverse, inverseMean };
};

/**
 * Distances r = d/m with m their mean: with G the gradient at r and P the weights in the mean, that at d is (G − P · ΣG·r) /
 * m, and d's at x[i] is (x[i] − x[j]) / d.
 */
export const distance: FeatureWriter = (graph, { values, rows, shape, targets, weights }) => {
  const x = graph.reshape(values, rows, sizeOf(shape));
  const weight = pairs(graph, weights);
  // Σ over i ≠ j of w[i] · w[j] = 1 − Σ w².
  const apart = sub(graph, graph.number(1), sum(graph, mul(graph, weights, weights)));
  const share = graph.op('Div', [weight, graph.op('Max', [apart, graph.number(1e-6)])]);
  const own = distancesOf(graph, x, share);
  const taught = distancesOf(graph, targets, share);
  const { loss, derivative } = huber(graph, sub(graph, own.relative, taught.relative), weight);
  const along = sum(graph, mul(graph, derivative, own.relative));
  const atDistance = mul(graph, sub(graph, derivative, mul(graph, share, along)), own.inverseMean);
  // Twice: a pair stands at [j, i] and at [i, j].
  const force = mul(graph, atDistance, own.inverse, graph.number(2));
  const pull = graph.op('MatMul', [force, x]);
  return { loss, gradient: sub(graph, mul(graph, x, sum(graph, force, [1], 1)), pull) };
};

/** e[j, i] = (x[i] − x[j]) / |x[i] − x[j]|, and 1 / |x[i] − x[j]|. */
const directions = (graph: GraphBuilder, rows: string): { unit: string; inverse: string } => {
  const between = differences(graph, rows);
  const inverse = inverseRoot(graph, squares(graph, between, 1));
  return { unit: mul(graph, between, inverse), inverse };
};

/** cos of the angle at x[j] between x[i] and x[k], at [j, i, k]. */
const cosines = (graph: GraphBuilder, unit: string): string =>
  graph.op('MatMul', [unit, graph.transpose(unit, 0, 2, 1)]);

/** Angles: with H the gradient at the cosines, symmetric in i and k, that at e[j, i] is 2 · Σ H[j, i, k] · e[j, k]. */
export const angle: FeatureWriter = (graph, { values, rows, shape, targets, weights }) => {
  const x = graph.reshape(values, rows, sizeOf(shape));
  const { unit, inverse } = directions(graph, x);
  const taught = cosines(graph, directions(graph, targets).unit);
  const corner = graph.reshape(weights, rows, 1, 1);
  const weight = mul(graph, unsqueeze(graph, pairs(graph, weights), 0), corner);
  const { loss, derivative } = huber(graph, sub(graph, cosines(graph, unit), taught), weight);
  const atUnit = mul(graph, graph.op('MatMul', [derivative, unit]), graph.number(2));
  const along = sum(graph, mul(graph, atUnit, unit), [2], 1);
  const atBetween = mul(graph, sub(graph, atUnit, mul(graph, unit, along)), inverse);
  return { loss, gradient: sub(graph, sum(graph, atBetween, [0]), sum(graph, atBetween, [1])) };
};
