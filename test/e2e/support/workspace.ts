import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { writeDigits } from './digits.js';
import { killAll } from './processes.js';

/** A folder of one test file's own, with a small dataset; it goes when the file's tests are over, with all processes. */
export interface Workspace {
  readonly folder: string;
  /** Folder of the small dataset. */
  readonly data: string;
  /** Marks the environment of every process that the tests start. */
  readonly marker: string;
  /** A path in the folder, one that is not there yet. */
  fresh(name: string): string;
  /** Writes a scenario: the small one with some of its keys replaced. @returns its path */
  scenario(name: string, changes?: Readonly<Record<string, unknown>>): string;
}

/** Trains in a second: 20 clients with 100 images each, 6 drawn a round. */
const smallScenario = (data: string): Record<string, unknown> => ({
  seed: 7,
  rounds: 4,
  dataset: { name: 'idx', folder: data },
  model: { mlp: { hidden: [16] } },
  clients: { total: 20, perRound: 6 },
  local: { epochs: 1, batchSize: 10, optimizer: { sgd: { learningRate: 0.1 } } },
});

/** Sparse, quantized, with error feedback both ways: every kind of state that a run goes on from. */
export const sparseBothWays = {
  uplink: {
    errorFeedback: true,
    stages: [{ topk: { fraction: 0.1 } }, { quantize: { bits: 4 } }, { entropy: 'auto' }],
  },
  downlink: {
    send: 'delta',
    errorFeedback: true,
    stages: [{ topk: { fraction: 0.2 } }, { quantize: { bits: 8 } }, { entropy: 'auto' }],
  },
};

/** Makes the workspace of a test file; called once, outside of tests. */
export const makeWorkspace = (): Workspace => {
  const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-e2e-'));
  const data = join(folder, 'digits');
  const marker = folder;
  mkdirSync(data);
  writeDigits(data, { train: 2000, test: 400 });
  let count = 0;
  afterAll(async () => {
    await killAll(marker);
    await rm(folder, { recursive: true, force: true });
  });
  return {
    folder,
    data,
    marker,
    fresh: (name) => join(folder, `${name}-${++count}`),
    scenario: (name, changes = {}) => {
      const file = join(folder, `${name}.yaml`);
      // JSON is YAML too.
      writeFileSync(file, JSON.stringify({ ...smallScenario(data), ...changes }));
      return file;
    },
  };
};
