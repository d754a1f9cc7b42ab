import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cli, start } from './support/cli.js';
import { signalTo, untilNoneLeft } from './support/processes.js';
import { ofType, recordsOf, repeatableWork, roundsDone, summaryOf, untilRounds } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;
const rounds = 24;

/** Error feedback at the clients and on the way down, so that a state that is lost or used twice changes the model. */
const changes = { ...sparseBothWays, rounds, checkpoint: { seconds: 0 } };
const scenario = workspace.scenario('interrupted', changes);
const whole = workspace.fresh('whole');

beforeAll(async () => {
  const { code, stderr } = await cli(['run', scenario, '--no-report', '--hosts', '1', '--out', whole], { marker });
  expect(code, stderr).toBe(0);
});

const expectWhole = async (folder: string): Promise<void> => {
  expect(summaryOf(folder)).toMatchObject({ exit: 'done', rounds, faults: {}, repeatable: true });
  expect(await repeatableWork(folder)).toEqual(await repeatableWork(whole));
  expect(summaryOf(folder).modelHash).toBe(summaryOf(whole).modelHash);
  expect(existsSync(join(folder, 'checkpoint'))).toBe(false);
};

test('interrupted in the middle and gone on with, a run is the run that nobody interrupted', async () => {
  const folder = workspace.fresh('sigint');
  const args = ['run', scenario, '--no-report', '--hosts', '2', '--out', folder, '--set', 'checkpoint.seconds=1000'];
  const running = start(args, { marker });
  await untilRounds(folder, 3);
  signalTo(running.pid, 'SIGINT');
  expect(await running.ended).toMatchObject({ code: 130 });
  const { exit, rounds: done } = summaryOf(folder);
  expect(exit).toBe('interrupted');
  expect(done).toBeLessThan(rounds);

  const { code, stderr } = await cli(['resume', folder, '--no-report', '--hosts', '1'], { marker });
  expect(code, stderr).toBe(0);
  const log = await recordsOf(folder);
  expect(ofType(log, 'resume').map(({ round }) => round)).toEqual([done]);
  const from = log.findIndex(({ type }) => type === 'resume');
  expect(ofType(log.slice(0, from), 'round')).toHaveLength(done);
  expect(ofType(log, 'end')).toHaveLength(1);
  expect((await repeatableWork(folder)).slice(1)).toEqual((await repeatableWork(whole)).slice(1));
  expect(summaryOf(folder).modelHash).toBe(summaryOf(whole).modelHash);
});

test('a damaged checkpoint is refused in one paragraph, and no process is left', async () => {
  const folder = workspace.fresh('damaged');
  const own = `${marker}/damaged`;
  mkdirSync(join(folder, 'checkpoint'), { recursive: true });
  for (const name of ['scenario.yaml', 'run.jsonl']) copyFileSync(join(whole, name), join(folder, name));
  writeFileSync(join(folder, 'checkpoint', 'manifest.json'), '{ "v": 1, "round":');
  const { code, stderr } = await cli(['resume', folder, '--no-report', '--hosts', '2'], { marker: own });
  expect(code, stderr).toBe(1);
  expect(stderr).toContain('[checkpoint/damaged]');
  expect(stderr).toContain('manifest.json');
  expect(stderr.trim()).not.toContain('\n');
  await untilNoneLeft(own, 5);
});

test('killed at any moment, again and again, with other numbers of hosts', async () => {
  const folder = workspace.fresh('killed');
  let running = start(['run', scenario, '--no-report', '--hosts', '1', '--out', folder], { marker });
  for (const hosts of [2, 3]) {
    const before = roundsDone(folder);
    await untilRounds(folder, before + 3);
    // Anywhere in a round, which takes some ten milliseconds.
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 60));
    signalTo(running.pid, 'SIGKILL');
    expect(await running.ended).toMatchObject({ signal: 'SIGKILL' });
    // The hosts of the killed coordinator may still be there.
    running = start(['resume', folder, '--no-report', '--hosts', String(hosts)], { marker });
  }
  const { code, stderr } = await running.ended;
  expect(code, stderr).toBe(0);
  await expectWhole(folder);
});

/*
 * A checkpoint syncs the clients' states, writes three files and the manifest, renames the manifest into place, then
 * deletes what it supersedes. Each start of the run crashes at one of these.
 */
const crashes = [
  'write model 1', // in the first checkpoint of all
  'rename manifest 2',
  'sync clients 9',
  'write links 2',
  'remove round- 2', // the new manifest is in place, its predecessor's files are not gone
  'write manifest 2',
  'remove clients 3',
];

test('crashed while it writes a checkpoint, at each step of it', async () => {
  const folder = workspace.fresh('crashed');
  const preload = ['crash-at.mjs'];
  let args = ['run', scenario, '--no-report', '--hosts', '1', '--out', folder];
  for (const crash of crashes) {
    const { signal, stderr } = await cli(args, { marker, env: { FEDSQUEEZE_CRASH_AT: crash }, preload });
    expect(signal, `${crash}: ${stderr}`).toBe('SIGKILL');
    expect(stderr).toContain(`crashed before ${crash.split(' ')[0]}`);
    args = ['resume', folder, '--no-report', '--hosts', '1'];
  }
  const { code, stderr } = await cli(args, { marker });
  expect(code, stderr).toBe(0);
  await expectWhole(folder);
}, 60_000);

test('a run that is done is left as it is', async () => {
  const before = readFileSync(join(whole, 'run.jsonl'));
  const { code, stderr } = await cli(['resume', whole], { marker });
  expect(code).toBe(0);
  expect(stderr).toContain('done');
  expect(readFileSync(join(whole, 'run.jsonl'))).toEqual(before);
});
