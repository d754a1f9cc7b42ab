import { batchesOf } from '../shared/data/batches.js';
import { openOnnxEngine, type OnnxForm } from '../shared/engine/onnx/engine.js';
import { initialize } from '../shared/models/initialize.js';
import { median } from '../report/statistics.js';
import { resolveScenario } from '../shared/scenario/load.js';
import { prepare } from '../shared/scenario/prepare.js';
import { RandomStream } from '../shared/util/random.js';

const repeats = 20;

const measure = async (model: string, batchSize: number, form: OnnxForm): Promise<object> => {
  const prepared = await prepare(
    resolveScenario({
      name: 'engine',
      rounds: 1,
      dataset: { name: 'mnist', partition: 'iid' },
      model,
      clients: { total: 100, perRound: 10 },
    }),
  );
  const { dataset, network, partition } = prepared;
  const engine = await openOnnxEngine(form);
  const examples = await engine.load(dataset.train, dataset.inputShape);
  const trainer = await engine.compile({ network, optimizer: 'sgd', batchSize, scale: dataset.scale });
  const parameters = initialize(network, 1).floats;
  const times: number[] = [];
  for (let client = 0; client < repeats; client++) {
    const stream = new RandomStream({ seed: 1, purpose: 'shuffle', client });
    const batches = batchesOf({ indices: partition.indices(client), epochs: 1, batchSize, stream });
    const started = performance.now();
    await trainer.train(examples, { ...batches, parameters, learningRate: 0.1 });
    times.push((performance.now() - started) / batches.steps);
  }
  await trainer.dispose();
  return { engine: engine.name, form, model, batchSize, medianStepMs: median(times) };
};

/** Milliseconds of one SGD step on MNIST, one client's epoch a call. */
export const benchEngine = async (): Promise<object[]> => {
  const rows: object[] = [];
  for (const model of ['mlp', '2nn']) {
    for (const batchSize of [10, 32]) {
      for (const form of ['plain', 'fast'] as const) rows.push(await measure(model, batchSize, form));
    }
  }
  return rows;
};
