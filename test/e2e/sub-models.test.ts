import { expect, test } from 'vitest';
import { cli } from './support/cli.js';
import { ofType, recordsOf, summaryOf } from './support/run-folder.js';
import { makeWorkspace } from './support/workspace.js';

const workspace = makeWorkspace();
const { marker } = workspace;

const run = async (name: string, method: unknown, more: string[] = []): Promise<string> => {
  const folder = workspace.fresh(name);
  const scenario = workspace.scenario(name, { rounds: 3, method });
  const { code, stderr } = await cli(['run', scenario, '--no-report', '--out', folder, ...more], { marker });
  expect(code, stderr).toBe(0);
  return folder;
};

test('where all clients have the whole network the run is federated averaging, to the bit', async () => {
  const [plain, hetero, ordered] = await Promise.all([
    run('plain', 'fedavg', ['--hosts', '1']),
    run('hetero', { heterofl: { widths: [1] } }, ['--hosts', '2']),
    run('ordered', { fjord: { widths: [1], stepsPerWidth: 1000 } }, ['--hosts', '1']),
  ]);
  const { modelHash, narrower } = summaryOf(plain);
  expect(narrower).toBeUndefined();
  expect(summaryOf(hetero).modelHash).toBe(modelHash);
  expect(summaryOf(ordered).modelHash).toBe(modelHash);
});

test('a narrow client is sent and sends its own numbers alone, and narrower networks are evaluated', async () => {
  const folder = await run('narrow', { heterofl: { widths: [1, 0.5] } });
  const records = await recordsOf(folder);
  // 16 units, 10 classes; half of the units.
  const pixels = (ofType(records, 'start')[0].parameters - 16 - 16 * 10 - 10) / 16;
  const [whole, half] = [16, 8].map((units) => 4 * (pixels * units + units + units * 10 + 10));
  const clients = ofType(records, 'client');
  const header = clients[0].payloadBytes - (clients[0].client % 2 === 0 ? whole : half);
  expect(header).toBeGreaterThan(0);
  expect(header).toBeLessThan(64);
  expect(new Set(clients.map(({ client }) => client % 2))).toEqual(new Set([0, 1]));
  for (const { client, payloadBytes, denseBytes, uplinkWireBytes, downlinkWireBytes } of clients) {
    const own = client % 2 === 0 ? whole : half;
    expect(payloadBytes).toBe(own + header);
    expect(denseBytes).toBe(whole);
    expect(uplinkWireBytes).toBeGreaterThan(own);
    expect(downlinkWireBytes).toBeGreaterThan(own);
    expect(Math.max(uplinkWireBytes, downlinkWireBytes)).toBeLessThan(own + 2000);
  }
  const { narrower, accuracy } = summaryOf(folder);
  expect(narrower).toMatchObject([{ width: 0.5 }]);
  expect(accuracy).toBeGreaterThan(0.5);
  expect(narrower![0].accuracy).toBeGreaterThan(0.2);
  expect(narrower![0].accuracy).not.toBe(accuracy);
});
