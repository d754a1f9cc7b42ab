import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModel } from '../../shared/models/load.js';
import { loadScenario } from '../../shared/scenario/load.js';
import { expandSweep } from '../../shared/scenario/sweep.js';

const file = join(import.meta.dirname, '../../scenarios/compact-networks.yaml');

test('every network of compact-networks.yaml sends as many bytes as the CNN, to two parts in a hundred', async () => {
  const points = expandSweep(await loadScenario(file));
  const numbers = points.map(({ scenario }) => {
    const { layout } = loadModel(scenario.model, { inputShape: [28, 28, 1], classes: 10 });
    return scenario.rounds * scenario.clients.perRound * layout.floats;
  });
  expect(points[0].case).toBe('cnn');
  expect(points.length).toBeGreaterThanOrEqual(4);
  for (const each of numbers) expect(Math.abs(each / numbers[0] - 1)).toBeLessThan(0.02);
  for (const { scenario } of points) expect([scenario.uplink.stages, scenario.downlink.stages]).toEqual([[], []]);
});
