import type { Layer, Network } from '../../../shared/models/network.js';
import type { InputForm } from '../inputs.js';

/** A small network made to test one layer. */
export interface LayerCase {
  /** What it is about: the layer's kind, then the option. */
  readonly title: string;
  readonly network: Network;
  readonly form: InputForm;
  readonly batchSize: number;
  /** Rows that count in each of the batches. */
  readonly sizes: readonly number[];
}

export const classes = 3;

export interface CaseOptions {
  readonly form?: InputForm;
  readonly batchSize?: number;
  readonly sizes?: readonly number[];
}

/** A network as it is. */
export const wholeCase = (
  title: string,
  input: readonly number[],
  layers: readonly Layer[],
  { form = 'floats', batchSize = 4, sizes = [batchSize, Math.ceil(batchSize / 2), 1] }: CaseOptions = {},
): LayerCase => ({ title, network: { name: title, input, layers, classes }, form, batchSize, sizes });

/** The layers, then dense on all values. */
export const firstCase = (
  title: string,
  input: readonly number[],
  layers: readonly Layer[],
  options?: CaseOptions,
): LayerCase =>
  wholeCase(title, input, [...layers, { kind: 'flatten' }, { kind: 'dense', name: 'logits', units: classes }], options);

/** A layer before them, whose gradients go through theirs. @param input what the layers take */
export const innerCase = (
  title: string,
  input: readonly number[],
  layers: readonly Layer[],
  options?: CaseOptions,
): LayerCase =>
  firstCase(
    title,
    [...input.slice(0, -1), 2],
    [{ kind: 'dense', name: 'before', units: input[input.length - 1], activation: 'tanh' }, ...layers],
    options,
  );
