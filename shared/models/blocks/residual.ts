import type { Layer } from '../network.js';
import { chain } from './chain.js';

/** The sum of two values, ReLU after it. */
export const addRelu = (name: string, from: readonly [string, string]): Layer[] =>
  chain(name, [
    ['add', { kind: 'add', from }],
    ['relu', { kind: 'activation', activation: 'relu' }],
  ]);
