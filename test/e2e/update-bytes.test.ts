import { expect, test } from 'vitest';
import { cli } from './support/cli.js';
import { ofType, recordsOf } from './support/run-folder.js';
import { makeWorkspace, sparseBothWays } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;

/** Of the small scenario’s network, 100-16-10: its images have 10 × 10 pixels. */
const parameters = 101 * 16 + 17 * 10;

const run = async (name: string, changes: Readonly<Record<string, unknown>>) => {
  const folder = workspace.fresh(name);
  const scenario = workspace.scenario(name, { rounds: 2, ...changes });
  const { code, stderr } = await cli(['run', scenario, '--no-report', '--hosts', '1', '--out', folder], { marker });
  expect(code, stderr).toBe(0);
  const records = await recordsOf(folder);
  return { clients: ofType(records, 'client'), rounds: ofType(records, 'round') };
};

test('each update has its bytes five times, and they add up to the round’s', async () => {
  const { clients, rounds } = await run('sparse', sparseBothWays);
  expect(clients).toHaveLength(12);
  const kept = Math.ceil(0.1 * parameters);
  for (const { denseBytes, naiveBytes, entropyBytes, payloadBytes, uplinkWireBytes } of clients) {
    expect(denseBytes).toBe(4 * parameters);
    // Values of 4 bits and positions of 32.
    expect(naiveBytes).toBe(Math.ceil((kept * 36) / 8));
    expect(entropyBytes).toBeLessThan(payloadBytes);
    expect(payloadBytes).toBeLessThan(1.1 * entropyBytes! + 40);
    expect(payloadBytes).toBeLessThan(naiveBytes);
    expect(uplinkWireBytes).toBeGreaterThan(payloadBytes);
    expect(uplinkWireBytes).toBeLessThan(payloadBytes + 1500);
  }
  for (const { round, uplink } of rounds) {
    const own = clients.filter((client) => client.round === round);
    const sum = (pick: (client: (typeof own)[number]) => number): number =>
      own.reduce((total, client) => total + pick(client), 0);
    expect(uplink).toMatchObject({
      denseBytes: sum(({ denseBytes }) => denseBytes),
      naiveBytes: sum(({ naiveBytes }) => naiveBytes),
      payloadBytes: sum(({ payloadBytes }) => payloadBytes),
      wireBytes: sum(({ uplinkWireBytes }) => uplinkWireBytes),
    });
    expect(uplink.entropyBytes).toBeCloseTo(
      sum(({ entropyBytes }) => entropyBytes!),
      6,
    );
  }
});

test('dense float32 is its own formula and has no entropy', async () => {
  const { clients } = await run('dense', { uplink: 'none', downlink: 'none' });
  for (const { denseBytes, naiveBytes, entropyBytes, payloadBytes, parts } of clients) {
    expect([naiveBytes, entropyBytes]).toEqual([denseBytes, null]);
    expect(payloadBytes).toBeGreaterThanOrEqual(denseBytes);
    expect(parts.map(({ part, valueBytes }) => [part, valueBytes])).toEqual([['delta', denseBytes]]);
  }
});
