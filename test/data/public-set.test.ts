import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { dealPartition } from '../../shared/data/load.js';
import { encodePublicSet, publicSetOf, requirePublicSet } from '../../shared/data/public-set.js';
import { bytesOf } from '../../shared/params/parameters.js';
import { RandomStream } from '../../shared/util/random.js';
import { refusal } from '../support/refusal.js';
import { balanced } from './partition/partitions.js';

const dealt = (count: number, publicExamples: number, validation: number, seed = 1) =>
  dealPartition(balanced(count), { partition: { iid: {} }, validation, publicExamples }, 5, seed);

it('public, held-out and dealt examples are all of them, and none is twice', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 100, max: 400 }),
      fc.integer({ min: 1, max: 60 }),
      fc.constantFrom(0, 0.2),
      fc.nat(),
      (count, shared, validation, seed) => {
        const deal = dealt(count, shared, validation, seed);
        expect(deal.publicExamples).toHaveLength(shared);
        expect(deal.publicExamples).toEqual(deal.publicExamples.toSorted());
        const own = [0, 1, 2, 3, 4].flatMap((client) => [...deal.partition.indices(client)]);
        const all = [...own, ...deal.publicExamples, ...deal.validation].sort((a, b) => a - b);
        expect(all).toEqual(Array.from({ length: count }, (_, index) => index));
      },
    ),
  );
});

it('leaves what is held out, and without public examples all, as it was', () => {
  expect(dealt(200, 30, 0.1).validation).toEqual(dealt(200, 0, 0.1).validation);
  const without = dealPartition(balanced(200), { partition: { iid: {} }, validation: 0.1 }, 5, 1);
  expect(dealt(200, 0, 0.1).partition.fingerprint).toBe(without.partition.fingerprint);
  expect(dealt(200, 30, 0.1).partition.fingerprint).not.toBe(without.partition.fingerprint);
});

it('refuses to leave the clients nothing', async () => {
  for (const shared of [90, 91, 2000]) {
    const error = await refusal('data/impossible-split', () => dealt(100, shared, 0.1));
    expect(error.where).toBe('dataset.public.examples');
    expect(error.hint).toContain('90');
  }
});

const images = (form: 'bytes' | 'floats') => {
  const stream = new RandomStream({ seed: 3, purpose: 'images' });
  const draw = { length: 50 * 12 };
  const inputs =
    form === 'bytes' ? Uint8Array.from(draw, () => stream.below(256)) : Float32Array.from(draw, () => stream.normal());
  return { ...balanced(50), inputShape: [3, 4, 1], train: { ...balanced(50).train, inputs } };
};

it.each(['bytes', 'floats'] as const)('%s travel whole, without labels', async (form) => {
  const dataset = images(form);
  const indices = Int32Array.of(3, 17, 49);
  const set = publicSetOf(dataset, indices);
  expect(set.count).toBe(3);
  expect([...set.labels]).toEqual([0, 0, 0]);
  indices.forEach((index, row) =>
    expect(set.inputs.subarray(12 * row, 12 * row + 12)).toEqual(
      dataset.train.inputs.subarray(12 * index, 12 * index + 12),
    ),
  );
  const payload = await encodePublicSet(set);
  expect(payload.length).toBeLessThan(bytesOf(set.inputs).length + 20);
  expect(() => requirePublicSet(payload, set)).not.toThrow();
});

it('takes no other examples, no damaged ones and no more', async () => {
  const dataset = images('bytes');
  const set = publicSetOf(dataset, Int32Array.of(1, 2));
  const wrong = [
    await encodePublicSet(publicSetOf(dataset, Int32Array.of(1, 3))),
    await encodePublicSet(publicSetOf(dataset, Int32Array.of(1, 2, 3))),
    await encodePublicSet(publicSetOf(dataset, Int32Array.of(1))),
    (await encodePublicSet(set)).subarray(0, 9),
    new Uint8Array(0),
    Uint8Array.of(255, 255, 255),
    await encodePublicSet({ count: 1, labels: new Uint8Array(1), inputs: new Uint8Array(10_000_000) }),
  ];
  for (const payload of wrong) await refusal('client/bad-public-set', () => requirePublicSet(payload, set));
});
