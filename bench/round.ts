import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../cli/execute.js';
import { StatusLine } from '../cli/status.js';
import { median } from '../report/statistics.js';
import type { RoundRecord } from '../shared/runlog/records.js';
import { readRunLog } from '../shared/runlog/reader.js';
import { resolveScenario } from '../shared/scenario/load.js';

/** W1: MLP 784-128-10, 100 clients with 600 MNIST images each, 10 a round, one epoch, batch 10. */
const workload = {
  name: 'w1',
  seed: 1,
  rounds: 40,
  dataset: { name: 'mnist', partition: 'iid' },
  model: 'mlp',
  clients: { total: 100, perRound: 10 },
  local: { epochs: 1, batchSize: 10, optimizer: { sgd: { learningRate: 0.05 } } },
  method: 'fedavg',
  evaluate: { every: 1000 },
};

const compressed = {
  errorFeedback: true,
  stages: [{ topk: { fraction: 0.04 } }, { quantize: { bits: 4 } }, { entropy: 'auto' }],
};

const codings = {
  float32: { uplink: 'none', downlink: 'none' },
  quickstart: { uplink: compressed, downlink: { ...compressed, send: 'delta' } },
};

/** Client updates a second between the end of the first round and the end of the last, whole product included. */
const measure = async (name: keyof typeof codings, hosts: number): Promise<object> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedsqueeze-bench-'));
  const started = performance.now();
  try {
    await execute({
      scenario: resolveScenario({ ...workload, ...codings[name] }),
      folder,
      resume: false,
      hosts,
      abort: new AbortController().signal,
      status: new StatusLine(null),
      verbose: false,
      started,
    });
    const { records } = await readRunLog(join(folder, 'run.jsonl'));
    const rounds = records.filter((record): record is RoundRecord => record.type === 'round');
    const times = rounds.map(({ measured }) => measured.t);
    const updates = rounds.slice(1).reduce((sum, { reported }) => sum + reported.length, 0);
    const seconds = times.slice(1).map((time, i) => time - times[i]);
    return {
      workload: 'W1 B=10',
      coding: name,
      hosts,
      updatesPerSecond: updates / (times.at(-1)! - times[0]),
      medianRoundMs: median(seconds) * 1000,
      firstRoundSeconds: times[0],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** The whole product on the workload that the peers of the field are measured with. */
export const benchRound = async (): Promise<object[]> => {
  const rows: object[] = [];
  for (const name of ['float32', 'quickstart'] as const) rows.push(await measure(name, 2));
  return rows;
};
