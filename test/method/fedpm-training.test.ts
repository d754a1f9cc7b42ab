import { beforeAll, describe, expect, test } from 'vitest';
import { batchesOf } from '../../shared/data/batches.js';
import type { Examples } from '../../shared/data/dataset.js';
import { sgd, type Engine, type LoadedExamples, type Trainer } from '../../shared/engine/engine.js';
import { mean } from '../../shared/method/aggregate/mean.js';
import { fedpm } from '../../shared/method/fedpm.js';
import type { ClientUpdate, LocalTraining } from '../../shared/method/method.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { initialize } from '../../shared/models/initialize.js';
import { addToWeights } from '../../shared/method/chain.js';
import { copyParameters, gatherFloats, type Parameters } from '../../shared/params/parameters.js';
import { RandomStream } from '../../shared/util/random.js';
import { subjects } from '../conformance/subjects.js';

const seed = 6;
const clients = 4;
const perClient = 60;
const network = compileNetwork({
  name: 'small',
  input: [8],
  layers: [
    { kind: 'dense', units: 32, activation: 'relu' },
    { kind: 'dense', units: 3 },
  ],
  classes: 3,
});

/** Three clouds of points around directions of their own. */
const examples = ((): Examples => {
  const random = new RandomStream({ seed, purpose: 'test/clouds' });
  const count = clients * perClient;
  const centers = Float32Array.from({ length: 24 }, () => 1.5 * random.normal());
  const labels = Uint8Array.from({ length: count }, () => random.below(3));
  const inputs = Float32Array.from(
    { length: 8 * count },
    (_, i) => centers[8 * labels[i >> 3] + (i & 7)] + random.normal(),
  );
  return { count, inputs, labels };
})();

const method = fedpm.create({});
const space = method.parameterize!(network, seed, 0);

describe.each(subjects)('$title', ({ title, open }) => {
  let engine: Engine;
  let trainer: Trainer;
  let data: LoadedExamples;
  beforeAll(async () => {
    engine = await open();
    data = await engine.load(examples, [8]);
    trainer = await engine.compile({
      network: space.network,
      ...space.training,
      optimizer: sgd,
      batchSize: 10,
      scale: 1,
    });
    return () => trainer.dispose();
  });

  const clientRound = (model: Parameters, round: number, client: number): Promise<ClientUpdate> => {
    const train: LocalTraining = async (parameters) => {
      const stream = new RandomStream({ seed, purpose: 'shuffle', round, client });
      const indices = Int32Array.from({ length: perClient }, (_, i) => client * perClient + i);
      const batches = batchesOf({ indices, epochs: 2, batchSize: 10, stream });
      const task = { ...batches, parameters: parameters.floats, learningRate: 5, seed: 100 * round + client };
      const { parameters: floats, loss } = await trainer.train(data, task);
      return { parameters: { ...parameters, floats }, loss };
    };
    return method.clientRound({ seed, round, client, model }, {}, train);
  };

  /** Plays rounds with masks that come as they were sent. */
  const play = async (rounds: number): Promise<Parameters> => {
    const model = copyParameters(initialize(space.network, seed));
    for (let round = 1; round <= rounds; round++) {
      const server = method.serverRound({ model, aggregation: mean.create({}), state: {}, seed, round });
      for (let client = 0; client < clients; client++) {
        const { parts } = await clientRound(model, round, client);
        const fold = (_part: string, weight: number, into: Float64Array): void =>
          (parts['mask'] as Float32Array).forEach((bit, i) => (into[i] += weight * bit));
        server.fold({ client, samples: perClient, fold, integers: () => new BigInt64Array(0) });
      }
      addToWeights(model, server.finish()!.delta);
    }
    return model;
  };

  // A step takes TensorFlow.js long; that it makes the same steps, the next test says.
  test.skipIf(title === 'tfjs')('masks are learnt, while the weights stay; again they are the same bits', async () => {
    const evaluate = (model: Parameters) => trainer.evaluate(data, space.weights(model, 0, {}).floats);
    const model = await play(6);
    const { correct, lossSum, samples } = await evaluate(model);
    expect(correct / samples).toBeGreaterThan(0.9);
    expect(lossSum).toBeLessThan(0.7 * (await evaluate(initialize(space.network, seed))).lossSum);
    expect(gatherFloats(model.layout, model.floats, ['frozen'])).toEqual(new Float32Array(35));
    expect((await play(6)).floats).toEqual(model.floats);
  });

  test('the mask is bit for bit the one of the plain form of onnx', async () => {
    const model = initialize(space.network, seed);
    const { parts, loss } = await clientRound(model, 3, 1);
    sent ??= { mask: parts['mask'] as Float32Array, loss };
    expect(parts['mask']).toEqual(sent.mask);
    expect(loss).toBeCloseTo(sent.loss, 5);
  });
});

/** What the first subject, the plain form of onnx, sent. */
let sent: { readonly mask: Float32Array; readonly loss: number } | undefined;
