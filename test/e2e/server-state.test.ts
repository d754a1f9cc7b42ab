import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { decodeVectors } from '../../shared/params/vector-file.js';
import { cli, start } from './support/cli.js';
import { signalTo } from './support/processes.js';
import { ofType, recordsOf, repeatableWork, roundsDone, summaryOf, untilRounds } from './support/run-folder.js';
import { makeWorkspace } from './support/workspace.js';

/*
 * What coordinator and clients keep besides the chain and residuals: server vectors, velocities, estimates, levels. If any
 * of it were lost or used twice, the model after an interruption would be another.
 */
const workspace = makeWorkspace();
const { marker } = workspace;
const rounds = 16;

const scenarios: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'EF21, levels that adapt': {
    dataset: { name: 'idx', folder: workspace.data, partition: { quantity: {} } },
    uplink: {
      errorFeedback: 'ef21',
      stages: [
        { topk: { fraction: 0.2 } },
        { qsgd: { levels: 2, adapt: 'dadaquant', patience: 1 } },
        { entropy: 'auto' },
      ],
    },
    aggregation: 'ef21',
  },
  'FetchSGD, residuals as halves': {
    method: { fetchsgd: { rows: 3, columns: 4000, count: 500, momentum: 0.5, learningRate: 0.5 } },
    uplink: { errorFeedback: { residual: { precision: 'float16' } }, stages: [{ quantize: 8 }] },
    downlink: { send: 'delta', stages: [{ threshold: { above: 0 } }, { golomb: {} }] },
  },
  'majority vote, momentum': {
    uplink: { errorFeedback: { momentum: { factor: 0.5, clipNorm: 1 } }, stages: [{ sign: {} }] },
    aggregation: { majority: 0.005 },
    downlink: { errorFeedback: 'momentum', stages: [{ topk: { fraction: 0.2 } }, { golomb: {} }] },
  },
  'FjORD, residuals of sub-models': {
    method: { fjord: { widths: [1, 0.5], stepsPerWidth: 3 } },
    uplink: { errorFeedback: true, stages: [{ topk: { fraction: 0.2 } }, { quantize: 8 }, { entropy: 'auto' }] },
    downlink: { send: 'model', stages: [{ quantize: { bits: 8 } }, { entropy: 'auto' }] },
  },
};

/** What the checkpoint holds of the method. */
const serverVectors = (folder: string): string[] => {
  const { files } = JSON.parse(readFileSync(join(folder, 'checkpoint', 'manifest.json'), 'utf8'));
  if (files.server === undefined) return [];
  const path = join(folder, 'checkpoint', files.server.name);
  return Object.keys(decodeVectors(readFileSync(path), path).vectors).sort();
};

const kept: Readonly<Record<string, string[]>> = {
  'EF21, levels that adapt': ['delta.clients', 'delta.samples', 'delta.sum'],
  'FetchSGD, residuals as halves': ['error', 'momentum'],
};

/** Clients with more samples have more levels, and later rounds do: the papers' formula counts their bits. */
const expectLevels = async (folder: string): Promise<void> => {
  const clients = ofType(await recordsOf(folder), 'client');
  const bytesOf = (round: number): { samples: number; bytes: number }[] =>
    clients
      .filter((client) => client.round === round)
      .map(({ samples, parts }) => ({ samples, bytes: parts[0].naiveBytes }))
      .toSorted((a, b) => a.samples - b.samples);
  const [first, last] = [bytesOf(1), bytesOf(rounds)];
  expect(last.at(-1)!.samples).toBeGreaterThan(3 * last[0].samples);
  expect(last.at(-1)!.bytes).toBeGreaterThan(last[0].bytes);
  expect(Math.max(...last.map(({ bytes }) => bytes))).toBeGreaterThan(Math.max(...first.map(({ bytes }) => bytes)));
};

test.each(Object.keys(scenarios))(
  '%s: learns, and killed and gone on with it is the run that nobody killed',
  async (name) => {
    const scenario = workspace.scenario('kept', { rounds, checkpoint: { seconds: 0 }, ...scenarios[name] });
    const [whole, interrupted] = [workspace.fresh('whole'), workspace.fresh('killed')];
    const args = ['run', scenario, '--no-report', '--hosts', '1', '--out'];
    const { code, stderr } = await cli([...args, whole], { marker });
    expect(code, stderr).toBe(0);
    const running = start([...args, interrupted], { marker });
    await untilRounds(interrupted, 5);
    signalTo(running.pid, 'SIGKILL');
    await running.ended;
    expect(roundsDone(interrupted)).toBeLessThan(rounds);
    expect(serverVectors(interrupted)).toEqual(kept[name] ?? []);

    const resumed = await cli(['resume', interrupted, '--no-report', '--hosts', '2'], { marker });
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(summaryOf(interrupted).modelHash).toBe(summaryOf(whole).modelHash);
    expect(await repeatableWork(interrupted)).toEqual(await repeatableWork(whole));
    expect(summaryOf(whole).bestAccuracy).toBeGreaterThan(0.5);
    if (name.includes('levels')) await expectLevels(whole);
  },
  60_000,
);
