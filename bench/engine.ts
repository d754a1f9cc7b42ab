import { batchesOf } from '../shared/data/batches.js';
import { sgd, type Engine } from '../shared/engine/engine.js';
import { openOnnxEngine } from '../shared/engine/onnx/engine.js';
import { openTfjsEngine } from '../shared/engine/tfjs/engine.js';
import { initialize } from '../shared/models/initialize.js';
import { median } from '../report/statistics.js';
import { resolveScenario } from '../shared/scenario/load.js';
import { prepare } from '../shared/scenario/prepare.js';
import { RandomStream } from '../shared/util/random.js';

/** Seconds that each row may take after a first client that warms up; at least two clients. */
const seconds = 3;

interface Measured {
  readonly engine: string;
  readonly version: string;
  readonly form: string;
  readonly model: string;
  readonly batchSize: number;
  readonly medianStepMs: number;
}

const measure = async (engine: Engine, model: string, batchSize: number): Promise<Measured> => {
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
  const examples = await engine.load(dataset.train, dataset.inputShape);
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize, scale: dataset.scale });
  const parameters = initialize(network, 1).floats;
  const times: number[] = [];
  const until = performance.now() + 1000 * seconds;
  for (let client = 0; client <= 2 || (performance.now() < until && client < 100); client++) {
    const stream = new RandomStream({ seed: 1, purpose: 'shuffle', client });
    const batches = batchesOf({ indices: partition.indices(client), epochs: 1, batchSize, stream });
    const started = performance.now();
    await trainer.train(examples, { ...batches, parameters, learningRate: 0.1 });
    if (client > 0) times.push((performance.now() - started) / batches.steps);
  }
  await trainer.dispose();
  const [version, form] = engine.version.split(' ');
  return {
    engine: engine.name,
    version: version ?? '',
    form: form ?? '',
    model,
    batchSize,
    medianStepMs: median(times),
  };
};

/** Milliseconds of one SGD step on MNIST, one client's epoch a call; ratios against the plain form of `onnx`. */
export const benchEngine = async (): Promise<object[]> => {
  const engines = [await openOnnxEngine('plain'), await openOnnxEngine('fast'), (await openTfjsEngine()).engine];
  const rows: object[] = [];
  for (const model of ['mlp', '2nn', 'cnn', 'depthwise', 'resnet8']) {
    for (const batchSize of [10, 32]) {
      const own: Measured[] = [];
      for (const engine of engines) own.push(await measure(engine, model, batchSize));
      for (const row of own) rows.push({ ...row, timesPlain: own[0].medianStepMs / row.medianStepMs });
    }
  }
  return rows;
};
