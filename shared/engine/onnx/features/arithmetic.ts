import { tinySquare } from '../../features.js';
import { integer, type GraphBuilder } from '../graph.js';

/* Short names for what the losses are made of. */

export const sub = (graph: GraphBuilder, a: string, b: string): string => graph.op('Sub', [a, b]);
export const add = (graph: GraphBuilder, a: string, b: string): string => graph.op('Add', [a, b]);
export const mul = (graph: GraphBuilder, ...factors: readonly string[]): string =>
  factors.reduce((product, factor) => graph.op('Mul', [product, factor]));

/** @param axes all where none is given */
export const sum = (graph: GraphBuilder, value: string, axes: readonly number[] = [], keepdims = 0): string =>
  graph.op('ReduceSum', axes.length === 0 ? [value] : [value, graph.vector(...axes)], { keepdims: integer(keepdims) });

export const unsqueeze = (graph: GraphBuilder, value: string, ...axes: readonly number[]): string =>
  graph.op('Unsqueeze', [value, graph.vector(...axes)]);

/** 1/√square, 0 where there is next to nothing to take the root of. */
export const inverseRoot = (graph: GraphBuilder, square: string): string => {
  const isLarge = graph.op('Greater', [square, graph.number(tinySquare)]);
  const inverse = graph.op('Reciprocal', [graph.op('Sqrt', [graph.op('Max', [square, graph.number(tinySquare)])])]);
  return graph.op('Where', [isLarge, inverse, graph.number(0)]);
};
