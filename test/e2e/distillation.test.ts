import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeVectors } from '../../shared/params/vector-file.js';
import { cli, start } from './support/cli.js';
import { signalTo } from './support/processes.js';
import { evaluationsOf, repeatableWork, roundsDone, roundsOf, summaryOf, untilRounds } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

/* Distillation in the federation: labels and logits of public examples instead of weights. */
const workspace = makeWorkspace();
const { marker, data } = workspace;
const rounds = 6;
const integers = { stages: ['integers', 'arithmetic'] };
const dataset = { name: 'idx', folder: data, public: { examples: 200 } };

const runTo = async (folder: string, scenario: string, hosts = 1): Promise<void> => {
  const args = ['run', scenario, '--no-report', '--hosts', String(hosts), '--out', folder];
  const { code, stderr } = await cli(args, { marker });
  expect(code, stderr).toBe(0);
};

const run = async (name: string, changes: Readonly<Record<string, unknown>>, hosts = 1): Promise<string> => {
  const folder = workspace.fresh(name);
  await runTo(folder, workspace.scenario(name, { rounds: 3, dataset, ...changes }), hosts);
  return folder;
};

/** What the checkpoint holds of the method. */
const serverVectors = (folder: string): string[] => {
  const { files } = JSON.parse(readFileSync(join(folder, 'checkpoint', 'manifest.json'), 'utf8'));
  if (files.server === undefined) return [];
  const path = join(folder, 'checkpoint', files.server.name);
  return Object.keys(decodeVectors(readFileSync(path), path).vectors);
};

test('FedMD with two networks, sparse both ways: killed and gone on with it is the run that nobody killed', async () => {
  const method = { fedmd: { models: ['2nn', { mlp: { hidden: [16] } }] } };
  const changes = { rounds, dataset, checkpoint: { seconds: 0 }, method, ...sparseBothWays };
  const scenario = workspace.scenario('distilled', changes);
  const [whole, interrupted] = [workspace.fresh('whole'), workspace.fresh('killed')];
  await runTo(whole, scenario);
  const running = start(['run', scenario, '--no-report', '--hosts', '2', '--out', interrupted], { marker });
  await untilRounds(interrupted, 2);
  signalTo(running.pid, 'SIGKILL');
  await running.ended;
  expect(roundsDone(interrupted)).toBeLessThan(rounds);
  expect(serverVectors(interrupted)).toEqual(['student']);

  const resumed = await cli(['resume', interrupted, '--no-report', '--hosts', '1'], { marker });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(await repeatableWork(interrupted)).toEqual(await repeatableWork(whole));
  expect(readFileSync(join(interrupted, 'model.fsq'))).toEqual(readFileSync(join(whole, 'model.fsq')));
  expect(summaryOf(whole)).toMatchObject({ faults: {}, repeatable: true });
  const payloads = (await roundsOf(whole)).map(({ uplink }) => uplink);
  // A tenth of 200 × 10 logits in 4 bits with 32 for a position, and what the coordinator's network of 100-16-10 has as float32.
  for (const { naiveBytes, denseBytes } of payloads) {
    expect(naiveBytes).toBe(6 * ((200 * 36) / 8));
    expect(denseBytes).toBe(6 * 4 * (101 * 16 + 17 * 10));
  }
  // Chance is 0.1; six rounds of sparse logits are not enough for much more.
  expect(summaryOf(whole).bestAccuracy).toBeGreaterThan(0.25);
}, 60_000);

test('FedDF sends the public examples to nobody', async () => {
  const folder = await run('fused', { method: { feddf: { epochs: 1 } }, uplink: '8bit', connections: 'round' });
  const federated = await roundsOf(folder);
  // The first task is the model at its seed, or as float32.
  for (const { downlink } of federated) expect(downlink.payloadBytes).toBeLessThan(1.01 * downlink.denseBytes);
  const [first, ...later] = (await evaluationsOf(folder)).map(({ accuracy }) => accuracy);
  expect(Math.max(...later)).toBeGreaterThan(first);
  expect(summaryOf(folder)).toMatchObject({ exit: 'done', faults: {} });
});

test('CFD sends each client the public examples once, counted, or not at all if it has them; with two hosts the same', async () => {
  const local = { epochs: 3, batchSize: 10, optimizer: { sgd: { learningRate: 0.1 } } };
  const way = { method: 'cfd', local, uplink: integers, downlink: { send: 'delta', ...integers } };
  const without = { ...dataset, public: { examples: 200, send: false } };
  const folders = [await run('sent', way), await run('known', { ...way, dataset: without }, 2)];
  const [sent, known] = await Promise.all(folders.map(roundsOf));
  const met = new Set<number>();
  let size: number | null = null;
  sent.forEach(({ selected, reported, downlink, uplink, modelHash }, i) => {
    expect(modelHash).toBe(known[i].modelHash);
    expect(uplink.payloadBytes).toBe(known[i].uplink.payloadBytes);
    expect(reported).toEqual(selected);
    const fresh = selected.filter((client) => !met.has(client));
    for (const client of fresh) met.add(client);
    const more = downlink.payloadBytes - known[i].downlink.payloadBytes;
    size ??= more / fresh.length;
    expect(more).toBe(size * fresh.length);
    expect(downlink.wireBytes - known[i].downlink.wireBytes).toBeGreaterThanOrEqual(more);
    expect(downlink.naiveBytes - known[i].downlink.naiveBytes).toBe(fresh.length * 200 * 100);
  });
  // Pixels of noise: DEFLATE takes little from them.
  expect(size).toBeGreaterThan(0.5 * 200 * 100);
  expect(size).toBeLessThan(1.01 * 200 * 100);
  const [accuracies, same] = await Promise.all(
    folders.map(async (folder) => (await evaluationsOf(folder)).map(({ accuracy }) => accuracy)),
  );
  expect(accuracies).toEqual(same);
  expect(accuracies.at(-1)).toBeGreaterThan(0.5);
}, 60_000);

test('more public examples than there are is said with its line, before anything runs', async () => {
  const scenario = workspace.scenario('too-many', {
    method: 'cfd',
    dataset: { ...dataset, public: { examples: 2000 } },
  });
  for (const command of ['check', 'run']) {
    const { code, stderr } = await cli([command, scenario], { marker });
    expect(code).toBe(2);
    expect(stderr).toMatch(/too-many\.yaml:1:\d+: dataset\.public\.examples: 2000 public examples of 2000/);
    expect(stderr.trim().split('\n').at(-1)).toContain('It must be less than 2000.');
  }
});
