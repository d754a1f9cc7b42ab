import { expect, test } from 'vitest';
import type { Delivery } from '../../server/downlink.js';
import { Introduction } from '../../server/introduction.js';
import { requirePublicSet } from '../../shared/data/public-set.js';
import type { Prepared } from '../../shared/scenario/prepare.js';

const publicSet = { count: 3, labels: new Uint8Array(3), inputs: Uint8Array.from({ length: 300 }, (_, i) => i % 7) };
const prepared = (send: boolean, atClients: boolean, shared: typeof publicSet | null = publicSet): Prepared =>
  ({
    publicSet: shared,
    method: { publicLearning: { atClients } },
    scenario: { dataset: { public: shared === null ? null : { examples: 3, send } } },
  }) as unknown as Prepared;
const delivery = (): Delivery => ({ header: { version: 4, base: 'held', form: 'links' }, parts: [], payloadBytes: 5 });

test('a first task ends with the public examples, counted; clients at one version share it', async () => {
  const introduction = new Introduction(prepared(true, true));
  const plain = delivery();
  const complete = await introduction.complete(plain, null);
  expect(complete.header).toEqual({ ...plain.header, publicExamples: 3 });
  const [{ name, payload, measures }] = complete.parts;
  expect(name).toBe('public');
  requirePublicSet(payload, publicSet);
  expect(complete.payloadBytes).toBe(5 + payload.length);
  expect(measures).toMatchObject({ payloadBytes: payload.length, valueBytes: payload.length, naiveBytes: 300 });
  expect(plain.parts).toEqual([]);
  expect(await introduction.complete(plain, null)).toBe(complete);
  expect(await introduction.complete(delivery(), null)).not.toBe(complete);
});

test('who holds a version has them, and nobody is sent what is not needed', async () => {
  const plain = delivery();
  expect(await new Introduction(prepared(true, true)).complete(plain, 0)).toBe(plain);
  for (const without of [prepared(false, true), prepared(true, false), prepared(true, true, null)]) {
    expect(await new Introduction(without).complete(plain, null)).toBe(plain);
  }
});
