import { describe, expect, test } from 'vitest';
import { formatPlan } from '../../cli/format-plan.js';
import { planOf, type Plan } from '../../cli/plan.js';
import { parseScenario } from '../../shared/scenario/load.js';

const text = `rounds: 5
seed: 1
dataset: { name: mnist, partition: { dirichlet: 0.5 } }
model: 2nn
clients: { total: 100, perRound: 10 }
local: { epochs: 2, batchSize: 10 }
uplink: { stages: [{ quantize: 8 }] }
`;
const planFor = (more = '', set: readonly string[] = []): Promise<Plan> =>
  planOf(parseScenario(text + more, 'test.yaml', { set }));

describe('a plan', () => {
  test('counts what would run', async () => {
    const plan = await planFor();
    expect(plan.examples).toEqual({ train: 60_000, validation: 0, public: 0, test: 10_000 });
    expect(plan.samplesPerClient.mean).toBe(600);
    expect(plan.samplesPerClient.min).toBeLessThan(plan.samplesPerClient.median);
    expect(plan.samplesPerClient.median).toBeLessThan(plan.samplesPerClient.max);
    // 784·200 + 200 + 200·200 + 200 + 200·10 + 10
    expect(plan.parameters).toBe(199_210);
    expect(plan.flopsPerRound).toBe(3 * plan.forwardFlops * 600 * 2 * 10);
    expect(plan.uplink.denseBytes).toBe(4 * 199_210);
    expect(plan.uplink.mostBytes).toBeGreaterThanOrEqual(199_210);
    expect(plan.uplink.mostBytes).toBeLessThan(199_210 * 1.01);
    expect(plan.downlink.mostBytes).toBeGreaterThanOrEqual(4 * 199_210);
    expect(plan.points).toBeNull();
  });

  test('leaves out what is held out', async () => {
    const plan = await planFor('', ['dataset.validation=0.1']);
    expect(plan.examples).toEqual({ train: 54_000, validation: 6000, public: 0, test: 10_000 });
    expect(plan.samplesPerClient.mean).toBe(540);
  });

  test('finds an embedding of values that are no tokens', async () => {
    const layers = '[flatten, { embedding: { inputDim: 300, outputDim: 4 } }, flatten, { dense: { units: 10 } }]';
    await expect(planFor('', [`model.layers.layers=${layers}`])).rejects.toMatchObject({
      code: 'model/bad-layer',
      exitCode: 2,
      message: expect.stringMatching(/^Tokens are whole numbers/),
    });
  });

  // Listing their examples would take gigabytes.
  test('lists no examples of a hundred million clients that draw them', async () => {
    const plan = await planFor('', ['dataset.partition={ draw: 20 }', 'clients.total=100000000']);
    expect(plan.samplesPerClient).toEqual({ min: 20, median: 20, max: 20, mean: 20 });
  });

  test('finds a point of a sweep that cannot be dealt', async () => {
    const plan = planFor('sweep: { grid: { clients.total: [100, 200000] } }\n');
    await expect(plan).rejects.toMatchObject({ code: 'data/impossible-partition', exitCode: 2 });
  });

  test('is printed a line each', async () => {
    const lines = formatPlan(await planFor('sweep: { seeds: [1, 2, 3] }\n')).split('\n');
    expect(lines[0]).toBe('scenario          test, seed 1');
    const line = (name: string): string | undefined => lines.find((candidate) => candidate.startsWith(name));
    expect(line('dataset')).toContain('mnist: 60,000 training, 10,000 test examples');
    expect(line('model')).toContain('199,210 parameters');
    expect(line('uplink')).toContain('quantize (bits 8');
    expect(line('  a round')).toMatch(/7\.97 MB as float32, payloads of at most 1\.99 MB \(4\.00× less, or better\)$/);
    expect(line('sweep')).toContain('3 points: 1 case, 3 seeds');
  });
});
