import type { Layer } from '../network.js';
import { chain } from './chain.js';
import { pointwise } from './convolution.js';
import type { Normalization } from './normalization.js';

/** A shortcut: the layers that it needs, and the name of its value. */
export interface Shortcut {
  readonly name: string;
  readonly layers: readonly Layer[];
}

/**
 * A shortcut around a block that keeps the channels or changes them where it halves the image: the input itself, or a
 * 1×1 convolution of it (option B of He et al., CVPR 2016, section 3.3).
 */
export const projection = (
  name: string,
  input: string,
  normalization: Normalization,
  { filters, strides }: { readonly filters: number; readonly strides: number },
): Shortcut =>
  strides === 1
    ? { name: input, layers: [] }
    : { name, layers: pointwise(name, normalization, { filters, strides, activation: 'linear', from: input }) };

/** The sum of two values, ReLU after it. */
export const addRelu = (name: string, from: readonly [string, string]): Layer[] =>
  chain(name, [
    ['add', { kind: 'add', from }],
    ['relu', { kind: 'activation', activation: 'relu' }],
  ]);
