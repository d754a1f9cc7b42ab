import { describe, expect, test } from 'vitest';
import { loadModel } from '../../shared/models/load.js';
import { prepareMethod } from '../../shared/scenario/prepare.js';
import { refused } from '../support/refusal.js';
import { withLines } from './helpers.js';

const pruning = (options: string): string => `modelCompression: { during: [{ magnitude: { ${options} } }] }\n`;
const usual = pruning('sparsity: 0.9, start: 2, end: 4');

const dataset = { inputShape: [28, 28, 1], classes: 10, scale: 1 / 255 } as Parameters<typeof loadModel>[1];
const prepared = (lines: string) => {
  const { scenario } = withLines(lines);
  return prepareMethod(scenario, loadModel(scenario.model, dataset));
};

describe('modelCompression', () => {
  test('is nothing by default, and every option is filled in', () => {
    expect(withLines('').scenario.modelCompression).toEqual({ during: [], after: [] });
    expect(withLines(`${usual}`).scenario.modelCompression.during).toEqual([
      { magnitude: { sparsity: 0.9, scope: 'global', start: 2, end: 4, every: 1 } },
    ]);
    const after = withLines('modelCompression: { after: [{ magnitude: 0.5 }] }\n').scenario.modelCompression.after;
    expect(after).toMatchObject([{ magnitude: { sparsity: 0.5 } }]);
  });

  test('puts pruning around the method: a mask in training, a part of the chain, the policy in the log', () => {
    const { parts, parameterization, pruner, method, network } = prepared(usual);
    expect(parts.down.map(({ name }) => name)).toEqual(['pruned', 'delta']);
    expect(parts.up.map(({ name }) => name)).toEqual(['delta']);
    expect(parameterization.training.hooks).toEqual(['mask']);
    expect(pruner?.schedule).toMatchObject({ start: 2, end: 4 });
    expect(method.policies(network.layout)['weight']).toContain('pruned');
    const plain = prepared('');
    expect(plain.parts.down.map(({ name }) => name)).toEqual(['delta']);
    expect(plain.pruner).toBeNull();
    expect(plain.parameterization.training).toEqual({});
  });

  test.each([
    ['a schedule after the last round', pruning('start: 2, end: 9'), 'magnitude.end is 9, after the last of 5 rounds'],
    ['a schedule that ends before it starts', pruning('start: 3, end: 2'), 'end must be at least start'],
    ['no end', pruning('sparsity: 0.5'), 'end is missing'],
    ['a sparsity of 1', pruning('sparsity: 1, end: 2'), 'sparsity is 1'],
    ['a method that does not exist', 'modelCompression: { during: [magnitud] }\n', 'magnitude'],
    [
      'two methods that prune',
      'modelCompression: { during: [{ magnitude: { end: 2 } }, { taylor: { end: 2 } }] }\n',
      'is taylor, but magnitude prunes already',
    ],
    ['sketches', `${usual}method: fetchsgd\n`, 'method is fetchsgd'],
    [
      'masks',
      `${usual}method: fedpm\nuplink: { stages: [integers, arithmetic] }\n`,
      'Write method: fedavg, or prune after the run.',
    ],
    ['a lattice', `${usual}downlink: { lattice: 16, stages: [{ topk: 0.1 }] }\n`, 'downlink.lattice is 16'],
    [
      'whole models with loss',
      `${usual}downlink: { send: model, stages: [{ quantize: 8 }] }\n`,
      'downlink.send is model',
    ],
  ])('refuses %s', (_what, lines, message) => {
    expect(refused(() => withLines(lines)).describe()).toContain(message);
  });

  test('refuses a network that has nothing to prune so', () => {
    const filters = 'modelCompression: { during: [{ filter: { end: 2 } }] }\n';
    expect(refused(() => prepared(filters)).code).toBe('compression/nothing-to-do');
    expect(refused(() => prepared(pruning('sparsity: 0.0000001, end: 2'))).code).toBe('compression/nothing-to-do');
  });
});
