import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cli } from './support/cli.js';
import { evaluationsOf, ofType, recordsOf, repeatable, roundsOf, summaryOf } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();

const run = async (name: string, changes: Record<string, unknown>, hosts = 1): Promise<string> => {
  const folder = workspace.fresh(name);
  const file = workspace.scenario(name, changes);
  const ended = await cli(['run', file, '--no-report', '--hosts', `${hosts}`, '--out', folder], {
    marker: workspace.marker,
  });
  expect(ended.code, ended.stderr).toBe(0);
  return folder;
};

const idx = (more: object = {}) => ({ name: 'idx', folder: workspace.data, ...more });

test('who is late in simulated time is dropped, the same on one host and on two', async () => {
  const late = {
    ...sparseBothWays,
    rounds: 3,
    network: { uplink: '1 Mbit/s', downlink: '5 Mbit/s', latency: '20 ms', compute: '5 MFLOP/s', spread: 0.8 },
    round: { deadline: '0.5 s' },
  };
  const [one, two] = [await run('late', late), await run('late', late, 2)];
  const dropped = (await roundsOf(one)).flatMap((round) => round.dropped);
  expect(dropped.length).toBeGreaterThan(0);
  expect(dropped.every(({ reason }) => reason === 'client/late')).toBe(true);
  expect((await roundsOf(one)).some(({ reported }) => reported.length > 0)).toBe(true);
  for (const round of await roundsOf(one)) {
    expect(round.simulatedSeconds).toBeLessThanOrEqual(0.5);
    if (round.dropped.length > 0) expect(round.simulatedSeconds).toBe(0.5);
  }
  expect(summaryOf(one).repeatable).toBe(true);
  expect(await repeatable(two)).toEqual(await repeatable(one));
});

test('without a network simulated times are null, never 0', async () => {
  const folder = await run('timeless', { rounds: 1 });
  expect((await roundsOf(folder))[0].simulatedSeconds).toBeNull();
  expect(summaryOf(folder).simulatedSeconds).toBeNull();
});

test('clients without samples are not contacted; a round of them alone leaves every bit of the model', async () => {
  // 2,000 examples with alpha 0.001 and no minimum: most of the clients hold nothing.
  const partition = { quantity: { alpha: 0.01, minimum: 0 } };
  const folder = await run('empty', {
    dataset: idx({ partition }),
    clients: { total: 60, perRound: 2 },
    rounds: 8,
  });
  const records = await recordsOf(folder);
  const rounds = ofType(records, 'round');
  const empty = rounds.filter(({ reported }) => reported.length === 0);
  expect(empty.length).toBeGreaterThan(0);
  let before = ofType(records, 'start')[0].modelHash;
  for (const { reported, dropped, modelHash, selected } of rounds) {
    expect(reported.length + dropped.length).toBe(selected.length);
    expect(dropped.every(({ reason }) => reason === 'client/no-samples')).toBe(true);
    expect(modelHash === before).toBe(reported.length === 0);
    before = modelHash;
  }
  expect(ofType(records, 'client').every(({ samples }) => samples > 0)).toBe(true);
});

test('a million clients cost what the cohort costs', async () => {
  const folder = await run('million', {
    dataset: idx({ partition: { draw: { samples: 20 } } }),
    clients: { total: 1_000_000, perRound: 5 },
    rounds: 2,
    connections: 'round',
  });
  const rounds = await roundsOf(folder);
  expect(rounds.map(({ reported }) => reported.length)).toEqual([5, 5]);
  expect(Math.max(...rounds.flatMap(({ selected }) => selected))).toBeGreaterThan(100_000);
});

test('a run stops at its target, by the validation split where it is asked to', async () => {
  const folder = await run('stop', {
    dataset: idx({ validation: 0.1 }),
    rounds: 50,
    evaluate: { every: 2, split: 'validation', targets: [0.5] },
    stop: { accuracy: 0.5 },
  });
  const evaluations = await evaluationsOf(folder);
  expect(summaryOf(folder).exit).toBe('stopped');
  expect(evaluations.at(-1)!.accuracy).toBeGreaterThanOrEqual(0.5);
  expect(evaluations.slice(0, -1).every(({ accuracy }) => accuracy < 0.5)).toBe(true);
  expect(
    evaluations.every(({ round, split, samples }) => round % 2 === 0 && split === 'validation' && samples === 200),
  ).toBe(true);
  expect(summaryOf(folder).rounds).toBe(evaluations.at(-1)!.round);
});

test('a client that diverges is dropped with a code, and the round goes on', async () => {
  const folder = await run('diverge', {
    rounds: 2,
    model: { mlp: { hidden: [64, 64, 64] } },
    local: { epochs: 2, batchSize: 10, optimizer: { sgd: { learningRate: 1000 } } },
  });
  const rounds = await roundsOf(folder);
  expect(rounds.flatMap(({ dropped }) => dropped).every(({ reason }) => /^(engine|codec)\//.test(reason))).toBe(true);
  expect(summaryOf(folder)).toMatchObject({ exit: 'done', repeatable: true });
  expect(Object.keys(summaryOf(folder).faults).length).toBeGreaterThan(0);
});

test('a sweep runs every point once, also when it is gone on with, and reports on all', async () => {
  const folder = workspace.fresh('sweep');
  const file = workspace.scenario('sweep', {
    rounds: 2,
    evaluate: { targets: [0.3] },
    sweep: {
      baseline: 'float32',
      seeds: [1, 2],
      cases: [
        { name: 'float32', set: { uplink: 'none' } },
        { name: 'stc', set: { uplink: 'stc' } },
      ],
    },
  });
  const { marker } = workspace;
  const first = await cli(['sweep', file, '--hosts', '1', '--out', folder], { marker });
  expect(first.code, first.stderr).toBe(0);
  const points = readdirSync(join(folder, 'points')).sort();
  expect(points).toHaveLength(4);
  expect(first.stdout).toContain('stc');
  expect(existsSync(join(folder, 'report.html'))).toBe(true);
  const log = await recordsOf(join(folder, 'points', points[0]));
  const again = await cli(['resume', folder, '--no-report', '--hosts', '1'], { marker });
  expect(again.code, again.stderr).toBe(0);
  expect(await recordsOf(join(folder, 'points', points[0]))).toEqual(log);
});
