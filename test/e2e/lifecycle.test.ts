import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from './support/cli.js';
import { hostsOf, processesOf, signalTo, untilNoneLeft } from './support/processes.js';
import { ofType, recordsOf, roundsOf, summaryOf, untilRounds } from './support/run-folder.js';
import { until } from './support/until.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();

/** A run that goes on until it is stopped, with a mark of its own. */
const endless = (name: string, rounds = 100_000) => {
  const folder = workspace.fresh(name);
  const marker = `${workspace.marker}/${name}`;
  const scenario = workspace.scenario(name, { ...sparseBothWays, rounds });
  const run = start(['run', scenario, '--no-report', '--hosts', '2', '--out', folder], { marker, group: true });
  return { folder, marker, run };
};

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends in order: no process is left, the folder can be read',
  async (signal) => {
    const { folder, marker, run } = endless(signal);
    await untilRounds(folder, 3);
    // To the whole group, as a terminal does.
    signalTo(-run.pid, signal === 'SIGINT' ? signal : 'SIGINT');
    if (signal === 'SIGTERM') signalTo(run.pid, signal);
    const { code, stdout, stderr } = await run.ended;
    expect(code, stderr).toBe(130);
    await untilNoneLeft(marker, 5);
    if (signal === 'SIGINT') expect(stdout).toContain(`fedsqueeze resume ${folder}`);
    if (signal === 'SIGINT') expect(summaryOf(folder)).toMatchObject({ exit: 'interrupted' });
    expect((await roundsOf(folder)).length).toBeGreaterThanOrEqual(3);
  },
);

test('SIGTERM to the whole group, as other tools send it, ends in order: children wait for the coordinator', async () => {
  const { folder, marker, run } = endless('group');
  await untilRounds(folder, 3);
  const children = processesOf(marker).filter(({ pid }) => pid !== run.pid);
  expect(children.length).toBeGreaterThanOrEqual(3);
  for (const { pid } of children) signalTo(pid, 'SIGTERM');
  await untilRounds(folder, 8);
  signalTo(-run.pid, 'SIGTERM');
  const { code, stderr } = await run.ended;
  expect(code, stderr).toBe(130);
  await untilNoneLeft(marker, 5);
  expect(summaryOf(folder)).toMatchObject({ exit: 'interrupted', faults: {}, repeatable: true });
});

test('SIGKILL of the coordinator leaves no process behind', async () => {
  const { folder, marker, run } = endless('killed');
  await untilRounds(folder, 2);
  signalTo(run.pid, 'SIGKILL');
  await untilNoneLeft(marker, 10);
  expect(existsSync(join(folder, 'run.jsonl'))).toBe(true);
});

test('a host that is killed: its clients are dropped, another one starts, the run goes on and says so', async () => {
  const { folder, marker, run } = endless('host', 60);
  await untilRounds(folder, 3);
  const before = hostsOf(marker);
  expect(before).toHaveLength(2);
  signalTo(before[0].pid, 'SIGKILL');
  await until('another host', () => hostsOf(marker).some(({ pid }) => !before.some((host) => host.pid === pid)));
  const { code, stderr } = await run.ended;
  expect(code, stderr).toBe(0);
  const summary = summaryOf(folder);
  expect(summary).toMatchObject({ exit: 'done', rounds: 60, repeatable: false });
  expect(summary.faults['host/lost']).toBe(1);
  expect(ofType(await recordsOf(folder), 'fault').every(({ action }) => action.length > 0)).toBe(true);
  await untilNoneLeft(marker, 5);
});

test('when every host is gone for good the run ends with a clear error', async () => {
  const { folder, marker, run } = endless('gone');
  await untilRounds(folder, 1);
  const killer = setInterval(() => hostsOf(marker).forEach(({ pid }) => signalTo(pid, 'SIGKILL')), 50);
  const { code, stderr } = await run.ended;
  clearInterval(killer);
  expect(code).toBe(1);
  expect(stderr).toContain('[host/none-left]');
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(summaryOf(folder).exit).toBe('failed');
  await untilNoneLeft(marker, 5);
});
