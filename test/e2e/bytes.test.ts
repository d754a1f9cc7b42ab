import { describe, expect, test } from 'vitest';
import { cli, start } from './support/cli.js';
import { countingProxy, type CountedConnection } from './support/counting-proxy.js';
import { ofType, recordsOf, roundsOf, summaryOf } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;

/** Runs `serve` with one host that joins through a counting proxy. */
const served = async (scenario: string, folder: string): Promise<readonly CountedConnection[]> => {
  const coordinator = start(['serve', scenario, '--port', '0', '--no-report', '--out', folder], { marker });
  const [, port, token] = await coordinator.says(/join ws:\/\/127\.0\.0\.1:(\d+) --token (\S+)/);
  const proxy = await countingProxy(Number(port));
  const host = start(['join', `ws://127.0.0.1:${proxy.port}`, '--token', token], { marker });
  const ended = await coordinator.ended;
  expect(ended.code, ended.stderr).toBe(0);
  expect((await host.ended).code).toBe(0);
  const { connections } = proxy;
  await proxy.close();
  return connections;
};

const sum = (connections: readonly CountedConnection[], direction: 'up' | 'down'): number =>
  connections.reduce((total, connection) => total + connection[direction], 0);

describe.each(['persistent', 'round'])('connections: %s', (connections) => {
  test('the bytes of the log are those that a counting proxy saw', async () => {
    const folder = workspace.fresh(connections);
    const scenario = workspace.scenario(connections, { ...sparseBothWays, connections });
    const seen = (await served(scenario, folder)).filter(({ path }) => path === '/client');
    const records = await recordsOf(folder);
    const { measured } = ofType(records, 'end')[0];
    const { uplink, downlink } = summaryOf(folder);

    expect(seen.length).toBe(
      connections === 'round' ? 24 : new Set(ofType(records, 'client').map((c) => c.client)).size,
    );
    expect(uplink.wireBytes + Number(measured['closingUplinkBytes'])).toBe(sum(seen, 'up'));
    expect(downlink.wireBytes + Number(measured['closingDownlinkBytes'])).toBe(sum(seen, 'down'));
    expect(uplink.wireBytes).toBeGreaterThan(uplink.messageBytes);
    expect(uplink.messageBytes).toBeGreaterThan(uplink.payloadBytes);
  });
});

test('a remote host gives the same model and the same bytes as hosts here', async () => {
  const scenario = workspace.scenario('remote', sparseBothWays);
  const [here, there] = [workspace.fresh('here'), workspace.fresh('there')];
  expect((await cli(['run', scenario, '--no-report', '--hosts', '1', '--out', here], { marker })).code).toBe(0);
  await served(scenario, there);
  expect(summaryOf(there).modelHash).toBe(summaryOf(here).modelHash);
  expect(summaryOf(there).uplink.payloadBytes).toBe(summaryOf(here).uplink.payloadBytes);
  expect(summaryOf(there).downlink.messageBytes).toBe(summaryOf(here).downlink.messageBytes);
});

test('for dense float32 both ways payloadRatio is exactly 1 and the wire costs a little more', async () => {
  const folder = workspace.fresh('dense');
  const scenario = workspace.scenario('dense', { uplink: 'none', downlink: 'none' });
  expect((await cli(['run', scenario, '--no-report', '--hosts', '1', '--out', folder], { marker })).code).toBe(0);
  for (const { uplink, downlink } of await roundsOf(folder)) {
    for (const totals of [uplink, downlink]) {
      expect(totals.payloadRatio).toBe(1);
      expect(totals.nmse).toBe(0);
      expect(totals.ratio).toBeLessThan(1);
      expect(totals.transfers).toBe(6);
    }
  }
});
