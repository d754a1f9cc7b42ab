import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { cli, type Ended } from './support/cli.js';
import { repeatable, roundsOf, summaryOf } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;
const stochastic = { uplink: { errorFeedback: true, stages: [{ quantize: { bits: 3, rounding: 'stochastic' } }] } };

const run = async (scenario: string, folder: string, more: string[] = [], preload: string[] = []): Promise<Ended> => {
  const ended = await cli(['run', scenario, '--no-report', '--out', folder, ...more], { marker, preload });
  expect(ended.code, ended.stderr).toBe(0);
  return ended;
};

describe('a run repeats to the bit', () => {
  const first = workspace.fresh('first');
  const scenario = workspace.scenario('sparse', {
    ...sparseBothWays,
    dataset: { name: 'idx', folder: workspace.data, partition: { dirichlet: { alpha: 0.3 } } },
    network: { uplink: '1 Mbit/s', downlink: '5 Mbit/s', latency: '20 ms', spread: 0.5 },
  });
  beforeAll(async () => {
    await run(scenario, first, ['--hosts', '1']);
  });

  const expectSame = async (folder: string): Promise<void> => {
    expect(await repeatable(folder)).toEqual(await repeatable(first));
    expect(summaryOf(folder).modelHash).toBe(summaryOf(first).modelHash);
    expect(readFileSync(join(folder, 'model.fsq'))).toEqual(readFileSync(join(first, 'model.fsq')));
  };

  test('it learns something in every round, so that there is something to repeat', async () => {
    const hashes = (await roundsOf(first)).map(({ modelHash }) => modelHash);
    expect(new Set(hashes).size).toBe(4);
    expect(summaryOf(first)).toMatchObject({ exit: 'done', rounds: 4, repeatable: true, faults: {} });
  });

  test.each([2, 4])('with %i hosts, another library that uses Math.random and another time of day', async (hosts) => {
    const folder = workspace.fresh('hosts');
    await run(scenario, folder, ['--hosts', String(hosts)], ['disturb.mjs']);
    await expectSame(folder);
  });

  test('from the scenario.yaml of its folder', async () => {
    const folder = workspace.fresh('again');
    await run(join(first, 'scenario.yaml'), folder, ['--hosts', '1']);
    expect(summaryOf(folder)).toMatchObject({
      name: 'sparse',
      modelHash: summaryOf(first).modelHash,
      scenarioHash: summaryOf(first).scenarioHash,
    });
    await expectSame(folder);
    expect(readFileSync(join(folder, 'scenario.yaml'), 'utf8')).toBe(
      readFileSync(join(first, 'scenario.yaml'), 'utf8'),
    );
  });
});

test('a connection a round, whole models down and stochastic rounding up repeat too', async () => {
  const scenario = workspace.scenario('stochastic', { ...stochastic, rounds: 3, connections: 'round' });
  const folders = [1, 3].map(() => workspace.fresh('stochastic'));
  await run(scenario, folders[0], ['--hosts', '1']);
  await run(scenario, folders[1], ['--hosts', '3'], ['disturb.mjs']);
  expect(await repeatable(folders[1])).toEqual(await repeatable(folders[0]));
});
