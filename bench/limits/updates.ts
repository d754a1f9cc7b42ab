import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute } from '../../cli/execute.js';
import { StatusLine } from '../../cli/status.js';
import { batchesOf } from '../../shared/data/batches.js';
import { sgd } from '../../shared/engine/engine.js';
import { openOnnxEngine } from '../../shared/engine/onnx/engine.js';
import type { Layout } from '../../shared/params/layout.js';
import { decodeModel } from '../../shared/params/model-file.js';
import type { Parameters } from '../../shared/params/parameters.js';
import { resolveScenario } from '../../shared/scenario/load.js';
import { prepare, type Prepared } from '../../shared/scenario/prepare.js';
import type { Scenario } from '../../shared/scenario/scenario.js';
import { RandomStream } from '../../shared/util/random.js';

export type PartitionName = 'iid' | 'shards';

/** What one client would send in a round of a real run. */
export interface Update {
  readonly round: number;
  readonly client: number;
  readonly vector: Float32Array;
}

export interface Updates {
  readonly layout: Layout;
  readonly updates: readonly Update[];
}

const learningRate = 0.1;

const scenarioOf = (partition: PartitionName, rounds: number): Scenario =>
  resolveScenario({
    name: `updates-${partition}`,
    seed: 1,
    rounds,
    dataset: { name: 'mnist', partition: partition === 'iid' ? 'iid' : { shards: { classes: 2 } } },
    model: '2nn',
    clients: { total: 100, perRound: 10 },
    local: { epochs: 1, batchSize: 10, optimizer: { sgd: { learningRate } } },
    method: 'fedavg',
    uplink: 'none',
    downlink: 'none',
    evaluate: { every: 1000 },
  });

/** The global model that the product has after so many rounds. */
const modelAfter = async (scenario: Scenario, layout: Layout): Promise<Parameters> => {
  const folder = await mkdtemp(join(tmpdir(), 'fedsqueeze-limits-'));
  try {
    await execute({
      scenario,
      folder,
      resume: false,
      hosts: 1,
      abort: new AbortController().signal,
      status: new StatusLine(null),
      verbose: false,
    });
    return decodeModel(await readFile(join(folder, 'model.fsq')), layout, 'model.fsq');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Trains as a host does in that round, in the same order of examples. */
const trainClients = async (
  { scenario, dataset, network, partition }: Prepared,
  model: Parameters,
  round: number,
  clients: readonly number[],
): Promise<Update[]> => {
  const engine = await openOnnxEngine('plain');
  const examples = await engine.load(dataset.train, dataset.inputShape);
  const { batchSize, epochs } = scenario.local;
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize, scale: dataset.scale });
  const updates: Update[] = [];
  for (const client of clients) {
    const stream = new RandomStream({ seed: scenario.seed, purpose: 'shuffle', round, client });
    const batches = batchesOf({ indices: partition.indices(client), epochs, batchSize, stream });
    const trained = await trainer.train(examples, { ...batches, parameters: model.floats, learningRate });
    updates.push({ round, client, vector: trained.parameters.map((value, i) => value - model.floats[i]) });
  }
  await trainer.dispose();
  return updates;
};

/**
 * Updates of the 784-200-200-10 network on MNIST, from the global models of a real run: 100 clients, ten a round, one local
 * epoch in batches of 10.
 * @param after the rounds after which clients train, ascending
 */
export const realUpdates = async (
  partition: PartitionName,
  after: readonly number[],
  clients: readonly number[],
): Promise<Updates> => {
  const updates: Update[] = [];
  const prepared = await prepare(scenarioOf(partition, after[0]));
  const { layout } = prepared.network;
  for (const rounds of after) {
    const model = await modelAfter(scenarioOf(partition, rounds), layout);
    updates.push(...(await trainClients(prepared, model, rounds + 1, clients)));
  }
  return { layout, updates };
};
