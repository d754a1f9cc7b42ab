import { describe, expect, test } from 'vitest';
import { layers as model } from '../../shared/models/catalogue/layers.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { layers } from '../../shared/models/layer-list.js';
import { layerKinds, layerMacros } from '../../shared/models/layers/index.js';
import { loadModel } from '../../shared/models/load.js';
import type { CompiledNetwork, Layer } from '../../shared/models/network.js';
import { resolveChoice } from '../../shared/options/choice.js';
import { makeRegistry, type Choice } from '../../shared/util/registry.js';

const mnist = { inputShape: [28, 28, 1], classes: 10 };
const registry = makeRegistry('model', [model]);

/** The network of a list as a scenario writes it. */
const listed = (written: readonly unknown[]): CompiledNetwork => {
  const resolved = resolveChoice(registry, { layers: written });
  if ('problems' in resolved) throw new Error(JSON.stringify(resolved.problems));
  return loadModel(resolved.choice, mnist);
};

/** What two networks have in common when they are the same but for their names. */
const essence = ({ layers, layout, flops }: CompiledNetwork) => ({ layers, layout, flops });

const inCode = (...list: Layer[]) => compileNetwork({ name: 'x', input: mnist.inputShape, layers: list, classes: 10 });

describe('a list of layers', () => {
  test('is the network that the same list in code is', () => {
    const written = listed([
      { conv2d: { filters: 16, kernelSize: 3, activation: 'relu' } },
      'maxPooling2d',
      { flatten: null },
      { dense: 10 },
    ]);
    const coded = inCode(
      { kind: 'conv2d', filters: 16, kernelSize: [3, 3], activation: 'relu' },
      { kind: 'maxPooling2d' },
      { kind: 'flatten' },
      { kind: 'dense', units: 10 },
    );
    expect(essence(written)).toEqual(essence(coded));
    expect(written.layout.floats).toBe(9 * 16 + 16 + 13 * 13 * 16 * 10 + 10);
  });

  test('may name layers and what they take', () => {
    const written = listed([
      { conv2d: { name: 'a', filters: 8, kernelSize: 1 } },
      { conv2d: { name: 'b', filters: 8, kernelSize: 3, padding: 'same' } },
      { add: { from: ['a', 'b'], name: 'sum' } },
      { conv2d: { from: 'input', filters: 8, kernelSize: 1 } },
      { concatenate: { from: ['sum', 'conv2d'] } },
      'globalAveragePooling2d',
      { dense: 10 },
    ]);
    expect(written.layers.map(({ name, from }) => [name, from])).toEqual([
      ['a', ['input']],
      ['b', ['a']],
      ['sum', ['a', 'b']],
      ['conv2d', ['input']],
      ['concatenate', ['sum', 'conv2d']],
      ['global_average_pooling2d', ['concatenate']],
      ['dense', ['global_average_pooling2d']],
    ]);
  });

  test('has macros', () => {
    const { layers } = listed([
      { separableConv2d: { filters: 8, kernelSize: 3 } },
      'globalAveragePooling2d',
      { dense: 10 },
    ]);
    expect(layers.map(({ kind }) => kind)).toEqual(['depthwiseConv2d', 'conv2d', 'globalAveragePooling2d', 'dense']);
  });

  test('reads its resolved form as itself', () => {
    const first = resolveChoice(registry, { layers: ['flatten', { dense: 10 }] }) as { choice: Choice };
    expect(resolveChoice(registry, first.choice)).toEqual(first);
  });

  test('knows every kind and every macro', () => {
    expect(layers.all.map(({ name }) => name).sort()).toEqual(
      [...Object.keys(layerKinds), ...Object.keys(layerMacros)].sort(),
    );
    for (const { name, options } of layers.all) {
      // Keys that a list has for every layer.
      expect(Object.keys(options.shape), name).not.toEqual(expect.arrayContaining(['name']));
      expect(Object.keys(options.shape), name).not.toEqual(expect.arrayContaining(['from']));
    }
  });
});
