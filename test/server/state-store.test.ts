import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StateStore } from '../../server/state-store.js';

type Step = { stage: [client: number, accepted: boolean][] } | 'checkpoint' | 'crash';

const steps = fc.array(
  fc.oneof(
    fc.record({
      stage: fc.uniqueArray(fc.tuple(fc.nat(3), fc.boolean()), { selector: ([client]) => client, maxLength: 4 }),
    }),
    fc.constant('checkpoint' as const),
    fc.constant('crash' as const),
  ),
  { maxLength: 14 },
);

test('after any history, crashes included, each client has the state of the last round that counted', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (history: Step[]) => {
      const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-states-'));
      try {
        let store = new StateStore(folder);
        let saved: [number, number][] = [];
        let expected = new Map<number, number>();
        let durable = new Map<number, number>();
        let round = 0;
        for (const step of history) {
          if (step === 'checkpoint') {
            saved = await store.sync();
            await store.checkpointed();
            durable = new Map(expected);
          } else if (step === 'crash') {
            store = new StateStore(folder, saved);
            await store.prune();
            expected = new Map(durable);
          } else {
            round++;
            for (const [client] of step.stage) await store.stage(client, round, Buffer.from(`${client}/${round}`));
            const accepted = step.stage.filter(([, counts]) => counts).map(([client]) => client);
            store.commit(round, accepted);
            await store.discard(
              round,
              step.stage.filter(([, counts]) => !counts).map(([client]) => client),
            );
            for (const client of accepted) expected.set(client, round);
          }
          for (const client of [0, 1, 2, 3]) {
            const at = expected.get(client);
            const bytes = await store.get(client);
            expect(bytes === null ? null : Buffer.from(bytes).toString()).toBe(
              at === undefined ? null : `${client}/${at}`,
            );
          }
          for (const [client, at] of saved) expect(existsSync(join(folder, `${client}-${at}.fsq`))).toBe(true);
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 60 },
  );
});

test('what an interrupted round left is pruned', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-states-'));
  const store = new StateStore(folder, [[1, 4]]);
  for (const name of ['1-4.fsq', '1-5.fsq', '2-5.fsq.new']) writeFileSync(join(folder, name), 'x');
  await store.prune();
  expect(readdirSync(folder)).toEqual(['1-4.fsq']);
  await rm(folder, { recursive: true, force: true });
});
