import { expect, test } from 'vitest';
import { cli, start } from './support/cli.js';
import { signalTo } from './support/processes.js';
import { repeatableWork, summaryOf, untilRounds } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;

/** Both ways sparse, so that a model that a host builds from the wrong one is another. */
const changes = { ...sparseBothWays, rounds: 8, checkpoint: { seconds: 0 } };
const preload = ['late-hello.mjs'];

test('a host that is still waiting for one client’s task is sent the model that another one holds', async () => {
  const scenario = workspace.scenario('late', changes);
  const args = ['run', scenario, '--no-report', '--out'];
  const [whole, killed] = [workspace.fresh('whole'), workspace.fresh('killed')];
  const { code, stderr } = await cli([...args, whole, '--hosts', '1'], { marker });
  expect(code, stderr).toBe(0);
  const running = start([...args, killed, '--hosts', '1'], { marker });
  await untilRounds(killed, 2);
  signalTo(running.pid, 'SIGKILL');
  await running.ended;
  // New hosts have built nothing, and some of their clients hold a model while others come for the first time.
  const resumed = await cli(['resume', killed, '--no-report', '--hosts', '3'], { marker, preload });
  expect(resumed.code, resumed.stderr).toBe(0);
  expect(summaryOf(killed).faults).toEqual({});
  expect(summaryOf(killed).modelHash).toBe(summaryOf(whole).modelHash);
  expect(await repeatableWork(killed)).toEqual(await repeatableWork(whole));
}, 60_000);
