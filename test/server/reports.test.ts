import { mkdtempSync, readdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Reports } from '../../server/reports.js';
import { StateStore } from '../../server/state-store.js';
import { until } from '../e2e/support/until.js';

let states: StateStore;
let reports: Reports;
const never = new AbortController().signal;
const measures = Buffer.from('[]');
const state = Uint8Array.of(1, 2, 3);

beforeEach(() => {
  states = new StateStore(mkdtempSync(join(tmpdir(), 'fedsqueeze-reports-')));
  reports = new Reports(states);
});
afterEach(() => rm(states.folder, { recursive: true }));

const report = (round: number, client: number, ...parts: Uint8Array[]): void =>
  reports.receive({ round, client, staged: true, stateBytes: 3 }, [measures, ...parts]);
const files = (): string[] => readdirSync(states.folder).toSorted();

test('a state that a host sends in time is staged', async () => {
  reports.expect(1, 0);
  report(1, 0, state);
  expect(await reports.take(1, 0, never)).toEqual({ measures: [], staged: true, stateBytes: 3 });
  expect(files()).toEqual(['0-1.fsq']);
});

test('of a state that is on its way to the disk when the round closes nothing is left', async () => {
  reports.expect(1, 0);
  report(1, 0, state);
  reports.clear();
  // Not before it is written: what a test waits for must not be what it begins with.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await until('the state to go', () => files().length === 0);
});

test('a state that a host staged by itself for a closed round goes, one that is committed stays', async () => {
  for (const round of [1, 2]) {
    reports.expect(round, 0);
    report(round, 0, state);
    await reports.take(round, 0, never);
    reports.clear();
    states.commit(round, [0]);
    // The file of round 1 is what the checkpoint names when round 2 is committed.
    if (round === 1) {
      await states.sync();
      await states.checkpointed();
    }
  }
  await states.stage(1, 2, state);
  for (const [round, client] of [
    [1, 0],
    [2, 0],
    [2, 1],
  ]) {
    report(round, client);
  }
  await until('the late state to go', () => !files().includes('1-2.fsq'));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(files()).toEqual(['0-1.fsq', '0-2.fsq']);
});
