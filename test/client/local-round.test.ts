import { expect, test } from 'vitest';
import { localRound, type Workplace } from '../../client/local-round.js';
import { chooseEngine } from '../../shared/engine/choose.js';
import { initialModel } from '../../shared/method/chain.js';
import { PartCoder } from '../../shared/method/part-coder.js';
import { livingOf } from '../../shared/method/pruning/living.js';
import { loadModel } from '../../shared/models/load.js';
import type { Parameters } from '../../shared/params/parameters.js';
import { prepareMethod, type Prepared } from '../../shared/scenario/prepare.js';
import { trainingRules } from '../../shared/scenario/training/rules.js';
import { RandomStream } from '../../shared/util/random.js';
import { withLines } from '../scenario/helpers.js';

const [samples, side, classes] = [40, 4, 3];
const dataset = { inputShape: [side, side, 1], classes, scale: 1 / 255 };

/** A workplace with the given lines of a scenario, and examples at random. */
const workplaceOf = async (lines: string): Promise<Workplace> => {
  const { scenario } = withLines(lines, ['model={ mlp: { hidden: [12] } }']);
  const compiled = prepareMethod(scenario, loadModel(scenario.model, dataset as unknown as Prepared['dataset']));
  const { engine } = await chooseEngine('onnx');
  const stream = new RandomStream({ seed: 1, purpose: 'test/examples' });
  const examples = await engine.load(
    {
      count: samples,
      inputs: Uint8Array.from({ length: samples * side * side }, () => stream.below(256)),
      labels: Uint8Array.from({ length: samples }, () => stream.below(classes)),
    },
    dataset.inputShape,
  );
  const { network, parameterization, parts } = compiled;
  const rules = { ...trainingRules(scenario), ...parameterization.training };
  const trainer = await engine.compile({ network, ...rules, batchSize: 10, scale: dataset.scale });
  const partition = { indices: () => Int32Array.from({ length: samples }, (_, i) => i), size: () => samples };
  const prepared = { ...compiled, scenario, partition, dataset } as unknown as Prepared;
  return {
    prepared,
    trainer,
    examples,
    coder: new PartCoder(parts.up, scenario.uplink),
    learners: null,
    mentors: null,
    nested: null,
  };
};

const pruning = 'modelCompression: { during: [{ magnitude: { end: 5 } }] }\n';
const momentum = 'local: { epochs: 3, optimizer: { sgd: { learningRate: 0.2, momentum: 0.9, weightDecay: 0.01 } } }\n';

/** Every second number of the first kernel is pruned. */
const prunedModel = ({ prepared: { network } }: Workplace): Parameters => {
  const model = initialModel(network, 3, null, true);
  const { offset, size } = network.layout.tensors[0];
  for (let i = offset; i < offset + size; i += 2) model.floats[i] = 0;
  return model;
};

test('a client trains the living weights alone, and sends nothing of the others', async () => {
  const workplace = await workplaceOf(pruning + momentum);
  const { prepared, coder } = workplace;
  const trained: Float32Array[] = [];
  const watching: Workplace = {
    ...workplace,
    trainer: {
      ...workplace.trainer,
      train: async (data, task) => {
        const result = await workplace.trainer.train(data, task);
        trained.push(result.parameters);
        return result;
      },
    },
  };
  const model = prunedModel(workplace);
  const { payloads, measures } = await localRound(watching, { round: 2, client: 7, model, state: {}, hints: {} });
  expect([...trained[0]].map((weight) => weight === 0)).toEqual([...model.floats].map((weight) => weight === 0));
  expect(trained[0]).not.toEqual(model.floats);
  const living = livingOf(model);
  expect(measures[0].naiveBytes).toBe(4 * living.layout.floats);
  const key = { seed: prepared.scenario.seed, round: 2, client: 7 };
  const delta = coder.decode(coder.specs[0], payloads[0], key, living) as Float32Array;
  expect([...delta]).toEqual([...trained[0]].map((weight, i) => Math.fround(weight - model.floats[i]) + 0));
});

test('with nothing pruned yet, the update is that of a run without pruning', async () => {
  const [prunes, plain] = [await workplaceOf(pruning + momentum), await workplaceOf(momentum)];
  const model = initialModel(plain.prepared.network, 3, null, true);
  const task = { round: 1, client: 2, model, state: {}, hints: {} };
  const [one, other] = [await localRound(prunes, task), await localRound(plain, task)];
  const decode = ({ coder }: Workplace, payload: Uint8Array): number[] => [
    ...(coder.decode(coder.specs[0], payload, { seed: 0, round: 1, client: 2 }) as Float32Array),
  ];
  const expected = decode(plain, other.payloads[0]);
  decode(prunes, one.payloads[0]).forEach((number, i) => expect(number).toBeCloseTo(expected[i], 5));
});
