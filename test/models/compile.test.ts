import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileNetwork } from '../../shared/models/compile.js';
import { loadModel } from '../../shared/models/load.js';
import type { Layer, Network } from '../../shared/models/network.js';
import type { CodedError } from '../../shared/util/errors.js';
import { refused } from '../support/refusal.js';

const mnist = { inputShape: [28, 28, 1], classes: 10 };
const dense = (name: string, units: number, activation: 'linear' | 'relu' = 'linear'): Layer => ({
  kind: 'dense',
  name,
  units,
  activation,
});
const network = (...layers: Layer[]): Network => ({ name: 'test', input: [2, 3, 1], layers, classes: 4 });

const failure = (bad: Network): CodedError => refused(() => compileNetwork(bad));

describe('catalogue', () => {
  test.each([
    [{ logistic: {} }, 7_850, 2 * 784 * 10],
    [{ mlp: { hidden: [128] } }, 101_770, 2 * (784 * 128 + 128 * 10)],
    [{ '2nn': {} }, 199_210, 2 * (784 * 200 + 200 * 200 + 200 * 10)],
  ])('%j has %i parameters and %i forward FLOPs on MNIST', (choice, parameters, flops) => {
    const compiled = loadModel(choice, mnist);
    expect(compiled.layout.floats).toBe(parameters);
    expect(compiled.flops).toBe(flops);
  });

  test('tensors have the names, shapes and order of Keras', () => {
    const { layout } = loadModel({ '2nn': {} }, mnist);
    expect(layout.tensors.map(({ name, shape, role }) => [name, shape, role])).toEqual([
      ['dense/kernel', [784, 200], 'weight'],
      ['dense/bias', [200], 'weight'],
      ['dense_1/kernel', [200, 200], 'weight'],
      ['dense_1/bias', [200], 'weight'],
      ['dense_2/kernel', [200, 10], 'weight'],
      ['dense_2/bias', [10], 'weight'],
    ]);
  });

  test('an mlp of any widths has Σ in·out + out parameters, and each layer takes what the one before gives', () => {
    const widths = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 5 });
    fc.assert(
      fc.property(widths, fc.integer({ min: 2, max: 12 }), (hidden, classes) => {
        const { layout, layers } = loadModel({ mlp: { hidden } }, { inputShape: [3, 5, 2], classes });
        const all = [30, ...hidden, classes];
        const expected = all.slice(1).reduce((sum, units, i) => sum + all[i] * units + units, 0);
        expect(layout.floats).toBe(expected);
        for (const [i, { inputShapes }] of layers.entries()) {
          if (i > 0) expect(inputShapes).toEqual([layers[i - 1].outputShape]);
        }
      }),
    );
  });
});

describe('a layer list that is wrong names its layer', () => {
  test.each<[string, Network, string, string]>([
    ['dense on an image', network(dense('first', 4)), 'model/bad-shape', "layer 1 (dense 'first')"],
    [
      'wrong number of logits',
      network({ kind: 'flatten' }, dense('last', 5)),
      'model/bad-shape',
      "layer 2 (dense 'last')",
    ],
    ['no units', network({ kind: 'flatten' }, dense('none', 0)), 'model/bad-layer', "layer 2 (dense 'none')"],
    ['half a unit', network({ kind: 'flatten' }, dense('half', 1.5)), 'model/bad-layer', "layer 2 (dense 'half')"],
    [
      'relu on logits',
      network({ kind: 'flatten' }, dense('last', 4, 'relu')),
      'model/bad-layer',
      "layer 2 (dense 'last')",
    ],
    [
      'a name twice',
      network({ kind: 'flatten' }, dense('a', 4), dense('a', 4)),
      'model/bad-layer',
      "layer 3 (dense 'a')",
    ],
    ['an unknown kind', network({ kind: 'magic' } as unknown as Layer), 'model/unknown-layer', 'layer 1 (magic)'],
    ['no layers', network(), 'model/bad-layer', "network 'test'"],
    ['no input', { ...network({ kind: 'flatten' }), input: [] }, 'model/bad-shape', "network 'test'"],
    ['an empty input', { ...network({ kind: 'flatten' }), input: [2, 0] }, 'model/bad-shape', "network 'test'"],
  ])('%s', (_what, bad, code, where) => {
    const error = failure(bad);
    expect(error.code).toBe(code);
    expect(error.where).toBe(where);
    expect(error.exitCode).toBe(2);
  });
});
