import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { start } from './support/cli.js';
import { hostsOf, signalTo } from './support/processes.js';
import { roundsDone, roundsOf, summaryOf, untilRounds } from './support/run-folder.js';
import { until } from './support/until.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;
const clients = 6;

test.each(['persistent', 'round'])(
  'a host that hangs beyond the watchdog: its clients are dropped with their bytes; awake again they go on, connections: %s',
  async (connections) => {
    const folder = workspace.fresh('hang');
    const scenario = workspace.scenario(`hang-${connections}`, {
      ...sparseBothWays,
      rounds: 100_000,
      clients: { total: clients, perRound: clients },
      connections,
      round: { watchdog: '1 s' },
    });
    const run = start(['run', scenario, '--no-report', '--hosts', '2', '--out', folder], { marker });
    await untilRounds(folder, 3);
    const [hung] = hostsOf(marker);
    signalTo(hung.pid, 'SIGSTOP');
    await until('two rounds with drops', async () => {
      const rounds = await roundsOf(folder);
      return rounds.filter(({ dropped }) => dropped.length > 0).length >= 2;
    });
    signalTo(hung.pid, 'SIGCONT');
    await untilRounds(folder, roundsDone(folder) + 8);
    signalTo(run.pid, 'SIGINT');
    const { code, stderr } = await run.ended;
    expect(code, stderr).toBe(130);

    const rounds = await roundsOf(folder);
    const withDrops = rounds.filter(({ dropped }) => dropped.length > 0);
    const others = withDrops.flatMap(({ round, dropped }) =>
      dropped.filter(({ reason }) => reason !== 'client/watchdog').map(({ client, reason }) => [round, client, reason]),
    );
    expect(others).toEqual([]);
    // Its clients got the task, or not: on connections of the round before they did.
    const { downlink, reported } = withDrops[0];
    if (connections === 'persistent') expect(downlink.transfers).toBeGreaterThan(reported.length);
    expect(downlink.wireBytes).toBeGreaterThan(downlink.messageBytes);
    expect(reported.length).toBeGreaterThan(0);
    expect(rounds.at(-1)?.reported).toHaveLength(clients);
    expect(summaryOf(folder)).toMatchObject({ exit: 'interrupted', repeatable: false });

    // What a late update staged is gone.
    const { states } = JSON.parse(readFileSync(join(folder, 'checkpoint', 'manifest.json'), 'utf8')) as {
      states: [client: number, round: number][];
    };
    const kept = states.map(([client, round]) => `${client}-${round}.fsq`);
    const left = readdirSync(join(folder, 'checkpoint', 'clients')).filter(
      // The round that the signal interrupted leaves some.
      (name) => Number(/-(\d+)\.fsq$/.exec(name)?.[1]) <= rounds.length,
    );
    expect(left.toSorted()).toEqual(kept.toSorted());
  },
);
