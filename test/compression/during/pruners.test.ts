import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { federatedCompression } from '../../../shared/compression/during/index.js';
import { magnitude } from '../../../shared/compression/during/magnitude.js';
import type { PruningTask } from '../../../shared/compression/during/pruner.js';
import { taylor } from '../../../shared/compression/during/taylor.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { initialModel } from '../../../shared/method/chain.js';
import { RandomStream } from '../../../shared/util/random.js';
import { refused } from '../../support/refusal.js';

const network = compileNetwork({
  name: 'small',
  input: [2, 2, 1],
  classes: 3,
  layers: [
    { kind: 'flatten' },
    { kind: 'dense', name: 'wide', units: 12, activation: 'relu' },
    { kind: 'dense', name: 'out', units: 3, activation: 'linear' },
  ],
});
const { layout } = network;
const kernels = layout.tensors.filter(({ name }) => name.endsWith('kernel'));
const total = kernels.reduce((sum, { size }) => sum + size, 0);

const change = (round: number): Float32Array => {
  const stream = new RandomStream({ seed: 3, purpose: 'test/pruners', round });
  return Float32Array.from({ length: layout.floats }, () => stream.normal() / 5);
};

const isKernel = (position: number): boolean =>
  kernels.some(({ offset, size }) => position >= offset && position < offset + size);

/** Rounds of a federation without clients: the model changes at random, what goes stays 0. @returns how many are gone after each */
const run = (options: Record<string, unknown>, rounds: number, method = magnitude) => {
  const { pruner } = method.create(options);
  let before = initialModel(network, 1, null, true).floats;
  let scores: Float32Array | undefined;
  const history: { before: Float32Array; after: Float32Array; gone: Uint32Array }[] = [];
  for (let round = 1; round <= rounds; round++) {
    const masked = change(round).map((delta, i) => (before[i] === 0 ? 0 : delta));
    const task: PruningTask = { network, before, change: masked, round, scores };
    const outcome = pruner!.prune(task);
    scores = outcome.scores ?? undefined;
    const after = before.map((weight, i) => weight + masked[i]);
    for (const position of outcome.gone) {
      expect(before[position]).not.toBe(0);
      expect(isKernel(position)).toBe(true);
      after[position] = 0;
    }
    history.push({ before, after, gone: outcome.gone });
    before = after;
  }
  return history;
};

const goneOf = (floats: Float32Array): number => floats.reduce((count, value) => count + (value === 0 ? 1 : 0), 0);

describe.each(['magnitude', 'taylor'] as const)('%s', (name) => {
  const method = { magnitude, taylor }[name];

  test('exactly as many kernel weights are gone as the schedule says, over the model or in each layer', () => {
    const sparsities = fc.double({ min: 0.1, max: 0.9, noNaN: true });
    fc.assert(
      fc.property(sparsities, fc.constantFrom('global', 'layer'), (sparsity, scope) => {
        const rounds = run({ sparsity, scope, start: 2, end: 5, every: 1 }, 7, method);
        const parts = [0, 37 / 64, 7 / 8, 63 / 64, 1, 1, 1];
        rounds.forEach(({ after }, i) => {
          if (scope === 'global') expect(goneOf(after)).toBe(Math.round(sparsity * parts[i] * total));
          for (const { offset, size } of scope === 'layer' ? kernels : []) {
            expect(goneOf(after.subarray(offset, offset + size))).toBe(Math.round(sparsity * parts[i] * size));
          }
        });
      }),
      { numRuns: 30 },
    );
  });

  test('options are checked, and a sparsity that takes nothing or everything is refused for the network', () => {
    expect(refused(() => method.create({ sparsity: 0.5, start: 6, end: 5 })).message).toContain('at least start');
    expect(refused(() => method.create({ sparsity: 1, end: 5 })).code).toBe('argument/invalid');
    const check = (sparsity: number, scope: string) => () =>
      method.create({ sparsity, scope, end: 5 }).pruner!.check(network);
    expect(refused(check(0.001, 'global')).code).toBe('compression/nothing-to-do');
    expect(refused(check(0.999, 'global')).code).toBe('compression/impossible');
    check(0.5, 'layer')();
    const empty = compileNetwork({ name: 'none', input: [4], classes: 4, layers: [{ kind: 'flatten' }] });
    expect(refused(() => method.create({ end: 5 }).pruner!.check(empty)).code).toBe('compression/nothing-to-do');
  });
});

test('magnitude takes the smallest of what the round has come to', () => {
  const [{ before, after, gone }] = run({ sparsity: 0.4, start: 1, end: 1 }, 1);
  const largest = Math.max(...[...gone].map((position) => Math.abs(before[position] + change(1)[position])));
  const left = [...after.keys()].filter((i) => isKernel(i) && after[i] !== 0);
  expect(Math.min(...left.map((i) => Math.abs(after[i])))).toBeGreaterThanOrEqual(largest);
});

test('taylor takes those whose product with their change is smallest, on average over the rounds', () => {
  const smoothing = 0.5;
  const rounds = run({ sparsity: 0.3, start: 3, end: 3, smoothing }, 3, taylor);
  const scores = new Float64Array(layout.floats);
  rounds.forEach(({ before }, i) => {
    const delta = change(i + 1);
    scores.forEach((score, at) => {
      const now = Math.abs(before[at] * delta[at]);
      scores[at] = i === 0 ? now : smoothing * score + (1 - smoothing) * now;
    });
  });
  const { gone } = rounds[2];
  const order = [...scores.keys()].filter(isKernel).toSorted((a, b) => scores[a] - scores[b]);
  expect([...gone].toSorted((a, b) => a - b)).toEqual(order.slice(0, gone.length).toSorted((a, b) => a - b));
});

test('where updates are sparse, taylor takes the smaller of the weights without a score', () => {
  const { pruner } = taylor.create({ sparsity: 0.25, end: 1, smoothing: 0 });
  const before = initialModel(network, 1, null, true).floats;
  const { gone } = pruner!.prune({
    network,
    before,
    change: new Float32Array(layout.floats),
    round: 1,
    scores: undefined,
  });
  const order = [...before.keys()].filter(isKernel).toSorted((a, b) => Math.abs(before[a]) - Math.abs(before[b]));
  expect([...gone]).toEqual(order.slice(0, gone.length).toSorted((a, b) => a - b));
});

test('every method is a file that is registered and described', () => {
  const folder = new URL('../../../shared/compression/during/', import.meta.url);
  const files = readdirSync(folder).filter((file) =>
    /= defineFederated\(/.test(readFileSync(new URL(file, folder), 'utf8')),
  );
  const names = files.map((file) => file.replace('.ts', ''));
  expect(federatedCompression.all.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  for (const { options, phases, paper } of federatedCompression.all) {
    expect(phases.length).toBeGreaterThan(0);
    expect(paper).toMatch(/\d{4}/);
    for (const field of Object.values(options.shape))
      expect((field as { description?: string }).description).toMatch(/\S/);
    expect(options.safeParse({ nonsense: 1 }).success).toBe(false);
  }
});
