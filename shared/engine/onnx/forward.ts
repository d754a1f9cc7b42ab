import type { CompiledNetwork, PlacedLayer } from '../../models/network.js';
import type { GraphBuilder } from './graph.js';
import type { Value } from './tape.js';

/** Where examples enter a network: a flatten layer on raw data is no work, only another view of it. */
export interface Entry {
  /** The shape in which the data tensor is declared, without the examples. */
  readonly shape: readonly number[];
  /** The name of the network's value that it is: `input`, or the flatten layer's. */
  readonly gives: string;
  readonly layers: readonly PlacedLayer[];
}

export const entryOf = ({ network, layers }: CompiledNetwork): Entry => {
  const [first, ...rest] = layers;
  return first.kind === 'flatten' && !rest.some(({ from }) => from.includes('input'))
    ? { shape: first.outputShape, gives: first.name, layers: rest }
    : { shape: network.input, gives: 'input', layers };
};

export const parameterInput = (name: string): string => `parameter/${name}`;

/** Vectors are declared [1, n], so that the update of a bias is a matrix product as the others. */
export const declaredShape = (shape: readonly number[]): readonly number[] =>
  shape.length === 1 ? [1, ...shape] : shape;

/** How the raw values are held and what they are worth. */
export interface DataForm {
  readonly type: 'uint8' | 'float32';
  /** A raw value times this is what the network sees. */
  readonly scale: number;
}

export const declareData = (graph: GraphBuilder, { type }: DataForm, shape: readonly number[]): string =>
  graph.input('data', type, ['examples', ...shape]);

/** The examples with the given indices as the network's input; bytes become floats only here. */
export const gatherExamples = (
  graph: GraphBuilder,
  data: string,
  indices: string,
  { type, scale }: DataForm,
  shape: readonly number[],
): Value => {
  const rows = graph.op('Gather', [data, indices]);
  const name = type === 'float32' ? rows : graph.cast(rows, 'float32');
  return { name, shape, arrangement: 'channelsLast', factor: scale, needsGradient: false };
};

/** One-hot rows of the labels [..., classes], from labels kept as bytes. */
export const oneHot = (graph: GraphBuilder, labels: string, indices: string, classes: number): string => {
  const chosen = graph.cast(graph.op('Gather', [labels, indices]), 'int32');
  const identity = Array.from({ length: classes * classes }, (_, i) => (i % (classes + 1) === 0 ? 1 : 0));
  return graph.op('Gather', [graph.floats([classes, classes], identity), chosen]);
};
