import { expect, test } from 'vitest';
import { magnitude } from '../../shared/compression/during/magnitude.js';
import { initialModel } from '../../shared/method/chain.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { copyParameters } from '../../shared/params/parameters.js';
import { emptiedLayers, pruningRecord } from '../../server/pruning-record.js';

const network = compileNetwork({
  name: 'small',
  input: [4],
  classes: 3,
  layers: [
    { kind: 'dense', name: 'wide', units: 10, activation: 'relu' },
    { kind: 'dense', name: 'out', units: 3, activation: 'linear' },
  ],
});
const pruner = magnitude.create({ start: 2, end: 3, sparsity: 0.5 }).pruner!;
const full = initialModel(network, 1, null, true);
/** The kernel of `wide` loses its first numbers. */
const without = (count: number) => {
  const model = copyParameters(full);
  const { offset } = network.layout.tensors.find(({ name }) => name === 'wide/kernel')!;
  model.floats.fill(0, offset, offset + count);
  return model;
};

test('a record counts what lives, and the part of the kernels that is gone', () => {
  const record = (count: number, round: number) => pruningRecord({ pruner, network }, without(count), round);
  expect(record(0, 1)).toEqual({ phase: 'train', livingWeights: 83, sparsity: 0 });
  expect(record(14, 2)).toEqual({ phase: 'prune', livingWeights: 69, sparsity: 14 / 70 });
  expect(record(35, 9)).toEqual({ phase: 'fine-tune', livingWeights: 48, sparsity: 0.5 });
  expect(pruningRecord({ pruner: null, network }, full, 1)).toBeNull();
});

test('a layer is named when it loses its last weight, and only then', () => {
  const emptied = (before: number, after: number) =>
    emptiedLayers({ pruner, network }, without(before), without(after));
  expect(emptied(38, 39)).toEqual([]);
  expect(emptied(39, 40)).toEqual(['wide']);
  expect(emptied(40, 40)).toEqual([]);
  expect(emptiedLayers({ pruner: null, network }, without(39), without(40))).toEqual([]);
});
