import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealPartition } from '../../../shared/data/load.js';
import { partitions } from '../../../shared/data/partition/index.js';
import type { Choice } from '../../../shared/util/registry.js';
import { cpuMilliseconds } from '../../support/cpu-time.js';
import { refusal } from '../../support/refusal.js';
import { balanced, clientsOf, deal, labelled, sizesOf } from './partitions.js';

const seeds = fc.maxSafeNat();
const alphas = fc.double({ min: -6, max: 6, noNaN: true }).map((exponent) => 10 ** exponent);

/** Options of each kind that are possible for so many examples and clients. */
const choices: Record<string, (examples: number, clients: number) => fc.Arbitrary<Choice>> = {
  iid: () => fc.constant({ iid: {} }),
  dirichlet: (examples, clients) =>
    fc.record({ alpha: alphas, minimum: fc.nat(Math.floor(examples / clients)) }).map((dirichlet) => ({ dirichlet })),
  quantity: (examples, clients) =>
    fc.record({ alpha: alphas, minimum: fc.nat(Math.floor(examples / clients)) }).map((quantity) => ({ quantity })),
  shards: (examples, clients) =>
    fc.integer({ min: 1, max: Math.floor(examples / clients) }).map((classes) => ({ shards: { classes } })),
  draw: (examples) => fc.integer({ min: 1, max: examples }).map((samples) => ({ draw: { samples } })),
};

/** A dataset of any label order, where classes may be missing, with a possible request. */
const requestOf = (kind: string) =>
  fc
    .record({ classes: fc.integer({ min: 1, max: 12 }), examples: fc.integer({ min: 1, max: 300 }) })
    .chain(({ classes, examples }) =>
      fc.record({
        classes: fc.constant(classes),
        labels: fc.uint8Array({ min: 0, max: classes - 1, minLength: examples, maxLength: examples }),
        clients: fc.integer({ min: 1, max: examples }),
        validation: fc.oneof(fc.constant(0), fc.double({ min: 0.01, max: 0.6, noNaN: true })),
        seed: seeds,
      }),
    )
    .filter(({ labels, validation }) => validation === 0 || Math.round(labels.length * validation) > 0)
    .map((request) => {
      const pool = request.labels.length - Math.round(request.labels.length * request.validation);
      return { ...request, pool, clients: Math.min(request.clients, pool) };
    })
    .filter(({ pool }) => pool > 0)
    .chain((request) =>
      choices[kind](request.pool, request.clients).map((partition) => Object.assign(request, { partition })),
    );

it('knows every kind', () => {
  expect(Object.keys(choices).sort()).toEqual(partitions.all.map(({ name }) => name).sort());
});

describe.each(Object.keys(choices))('%s', (kind) => {
  it('gives indices of the pool, as many as its size says, none twice at a client', () => {
    const property = fc.property(requestOf(kind), ({ labels, classes, partition, validation, clients, seed }) => {
      const dealing = dealPartition(labelled(labels, classes), { partition, validation }, clients, seed);
      const held = new Set(dealing.validation);
      expect(dealing.partition.clients).toBe(clients);
      for (const client of clientsOf(dealing.partition)) {
        const indices = dealing.partition.indices(client);
        expect(indices.length).toBe(dealing.partition.size(client));
        expect(new Set(indices).size).toBe(indices.length);
        expect(indices.every((index) => index >= 0 && index < labels.length && !held.has(index))).toBe(true);
      }
    });
    fc.assert(property);
  });

  it.skipIf(kind === 'draw')('gives each example to exactly one client', () => {
    const property = fc.property(requestOf(kind), ({ labels, classes, partition, validation, clients, seed }) => {
      const dealing = dealPartition(labelled(labels, classes), { partition, validation }, clients, seed);
      const given = clientsOf(dealing.partition).flatMap((client) => [...dealing.partition.indices(client)]);
      const all = [...given, ...dealing.validation].sort((a, b) => a - b);
      expect(all).toEqual(Array.from(labels.keys()));
    });
    fc.assert(property);
  });

  it('repeats with the seed and differs without', () => {
    const dataset = balanced(200);
    const [choice] = fc.sample(choices[kind](200, 10), { numRuns: 1, seed: 5 });
    const first = deal(dataset, choice, 10, 3);
    const again = deal(dataset, choice, 10, 3);
    const other = deal(dataset, choice, 10, 4);
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(clientsOf(again).map((k) => again.indices(k))).toEqual(clientsOf(first).map((k) => first.indices(k)));
    expect(other.fingerprint).not.toBe(first.fingerprint);
    expect(clientsOf(other).map((k) => other.indices(k))).not.toEqual(clientsOf(first).map((k) => first.indices(k)));
  });

  it('hands out lists that can be changed without harm', () => {
    const partition = deal(balanced(200), fc.sample(choices[kind](200, 10), { numRuns: 1, seed: 5 })[0], 10);
    const kept = partition.indices(2).slice();
    partition.indices(2).fill(-1);
    expect(partition.indices(2)).toEqual(kept);
  });

  it('has no client but its own', async () => {
    const partition = deal(balanced(200), fc.sample(choices[kind](200, 10), { numRuns: 1, seed: 5 })[0], 10);
    for (const client of [-1, 10, 0.5, Number.NaN]) {
      await refusal('argument/invalid', () => partition.indices(client));
      await refusal('argument/invalid', () => partition.size(client));
    }
  });

  it.skipIf(kind === 'draw')('refuses more clients than examples in words', async () => {
    const dataset = balanced(60_000);
    const begin = cpuMilliseconds();
    const error = await refusal('data/impossible-partition', () => deal(dataset, { [kind]: {} }, 200_000));
    expect(cpuMilliseconds() - begin).toBeLessThan(3000);
    expect(error.message).toContain('200000 clients');
    expect(error.message).toContain('60000 examples');
    expect(error.hint).toContain('draw');
  });

  it('is quick for 10,000 clients and 60,000 examples', () => {
    const dataset = balanced(60_000);
    const options: Choice = kind === 'draw' ? { draw: { samples: 600 } } : { [kind]: {} };
    const begin = cpuMilliseconds();
    const partition = deal(dataset, options, 10_000);
    const total = sizesOf(partition).reduce((a, b) => a + b, 0);
    expect(partition.fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(cpuMilliseconds() - begin).toBeLessThan(3000);
    expect(total).toBe(kind === 'draw' ? 6_000_000 : 60_000);
  });
});

describe('dealing', () => {
  it('refuses wrong options, kinds and numbers of clients', async () => {
    const dataset = balanced(100);
    for (const alpha of [0, -1, Number.NaN, Infinity, '0.5']) {
      const error = await refusal('argument/invalid', () => deal(dataset, { dirichlet: { alpha } }, 10));
      expect(error.where).toBe('dataset.partition.dirichlet.alpha');
    }
    await refusal('argument/invalid', () => deal(dataset, { iid: { alpha: 1 } }, 10));
    await refusal('argument/unknown-name', () => deal(dataset, { dirichelt: {} }, 10));
    for (const clients of [0, -1, 1.5, Number.NaN]) {
      await refusal('argument/invalid', () => deal(dataset, { iid: {} }, clients));
    }
  });
});
