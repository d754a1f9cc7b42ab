import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../cli/execute.js';
import { StatusLine } from '../cli/status.js';
import { median } from '../report/statistics.js';
import type { RoundRecord } from '../shared/runlog/records.js';
import { readRunLog } from '../shared/runlog/reader.js';
import { resolveScenario } from '../shared/scenario/load.js';

/** What the peers of the field are measured with: 100 clients with 600 MNIST images each, 10 a round, one epoch. */
export interface Workload {
  readonly name: 'W1' | 'W2' | 'DW';
  readonly batchSize: number;
  readonly model: string;
  /** Of the product and of the peers: enough for a median. */
  readonly rounds: number;
}

const compressed = {
  errorFeedback: true,
  stages: [{ topk: { fraction: 0.04 } }, { quantize: { bits: 4 } }, { entropy: 'auto' }],
};

export const codings = {
  float32: { uplink: 'none', downlink: 'none' },
  quickstart: { uplink: compressed, downlink: { ...compressed, send: 'delta' } },
};

export type CodingName = keyof typeof codings;

export interface ProductSpeed {
  /** Client updates a second between the end of the first round and the end of the last. */
  readonly updatesPerSecond: number;
  readonly medianRoundMs: number;
  readonly firstRoundSeconds: number;
}

/** The whole product on a workload: processes, sockets, coding, aggregation, log; no evaluation. */
export const measureProduct = async (workload: Workload, coding: CodingName, hosts: number): Promise<ProductSpeed> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedsqueeze-bench-'));
  const started = performance.now();
  try {
    await execute({
      scenario: resolveScenario({
        name: 'bench',
        seed: 1,
        rounds: workload.rounds,
        dataset: { name: 'mnist', partition: 'iid' },
        model: workload.model,
        clients: { total: 100, perRound: 10 },
        local: { epochs: 1, batchSize: workload.batchSize, optimizer: { sgd: { learningRate: 0.05 } } },
        method: 'fedavg',
        evaluate: { every: 1000 },
        ...codings[coding],
      }),
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
    const updates = rounds.slice(1).map(({ reported }) => reported.length);
    const seconds = times.slice(1).map((time, i) => time - times[i]);
    return {
      // Of each round, as the peers' figures are.
      updatesPerSecond: median(updates.map((count, i) => count / seconds[i])),
      medianRoundMs: median(seconds) * 1000,
      firstRoundSeconds: times[0],
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};
