import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeVectors } from '../../shared/params/vector-file.js';
import { cli, start } from './support/cli.js';
import { signalTo } from './support/processes.js';
import { evaluationsOf, repeatableWork, roundsDone, roundsOf, summaryOf, untilRounds } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;
const rounds = 10;
const [first, end] = [3, 7];
const pruning = { modelCompression: { during: [{ taylor: { sparsity: 0.8, start: first, end } }] } };

/** 100 · 16 + 16 · 10 weights in kernels, and 26 in biases. */
const [kernels, biases] = [1760, 26];
const gone = Math.round(0.8 * kernels);

const run = async (name: string, changes: Readonly<Record<string, unknown>>, hosts: number): Promise<string> => {
  const folder = workspace.fresh(name);
  const scenario = workspace.scenario(name, { rounds, ...pruning, ...changes });
  const args = ['run', scenario, '--no-report', '--hosts', String(hosts), '--out', folder];
  const { code, stderr } = await cli(args, { marker });
  expect(code, stderr).toBe(0);
  return folder;
};

const expectSchedule = async (folder: string): Promise<void> => {
  const records = (await roundsOf(folder)).map(({ pruning }) => pruning!);
  expect(records.map(({ phase }) => phase)).toEqual([
    ...Array.from({ length: 2 }, () => 'train'),
    ...Array.from({ length: 5 }, () => 'prune'),
    ...Array.from({ length: 3 }, () => 'fine-tune'),
  ]);
  records.forEach(({ livingWeights, sparsity }, i) => {
    const way = Math.min(1, Math.max(0, i + 2 - first) / (end - first + 1));
    const dead = Math.round(0.8 * (1 - (1 - way) ** 3) * kernels);
    expect(livingWeights).toBe(kernels + biases - dead);
    expect(sparsity).toBeCloseTo(dead / kernels, 12);
  });
  const path = join(folder, 'model.fsq');
  const { floats } = decodeVectors(readFileSync(path), path).vectors;
  expect((floats as Float32Array).filter((weight) => weight === 0)).toHaveLength(gone);
};

test('float32: updates and tasks shrink with the model, which learns on at 80 % sparsity', async () => {
  const folder = await run('float32', {}, 1);
  await expectSchedule(folder);
  const all = await roundsOf(folder);
  const [before, after] = [all[0], all[rounds - 1]];
  // A header of ten bytes, and 4 a weight that lives.
  expect(after.uplink.payloadBytes).toBe(6 * (4 * (kernels + biases - gone) + 10));
  expect(after.uplink.payloadBytes).toBeLessThan(0.25 * before.uplink.payloadBytes);
  expect(after.uplink.naiveBytes).toBe(6 * 4 * (kernels + biases - gone));
  // The whole model goes down: where its weights are, less than a bit for each, and the weights.
  expect(after.downlink.payloadBytes).toBeLessThan(6 * (4 * (kernels + biases - gone) + (kernels + biases) / 8 + 60));
  expect(after.uplink.denseBytes).toBe(before.uplink.denseBytes);
  expect((await evaluationsOf(folder)).at(-1)!.accuracy).toBeGreaterThan(0.8);
}, 60_000);

test('with error feedback both ways: killed in the middle of the schedule and gone on with, it is the run that nobody killed', async () => {
  const changes = { ...sparseBothWays, checkpoint: { seconds: 0 } };
  const whole = await run('whole', changes, 1);
  await expectSchedule(whole);
  const folder = workspace.fresh('killed');
  const scenario = workspace.scenario('killed', { rounds, ...pruning, ...changes });
  const args = ['run', scenario, '--no-report', '--hosts', '1', '--out', folder];
  const running = start(args, { marker });
  await untilRounds(folder, 4);
  signalTo(running.pid, 'SIGKILL');
  await running.ended;
  expect(roundsDone(folder)).toBeLessThan(rounds);
  const resumed = await cli(['resume', folder, '--no-report', '--hosts', '2'], { marker });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(summaryOf(folder).modelHash).toBe(summaryOf(whole).modelHash);
  const ofRounds = async (of: string): Promise<string[]> =>
    (await repeatableWork(of)).filter((line) => !line.includes('"type":"start"'));
  expect(await ofRounds(folder)).toEqual(await ofRounds(whole));
}, 60_000);
