import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset, Examples } from '../../shared/data/dataset.js';
import { dealPartition } from '../../shared/data/load.js';
import { publicSetOf } from '../../shared/data/public-set.js';
import type { Engine } from '../../shared/engine/engine.js';
import { softmaxRows } from '../../shared/method/public/learner.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { dealingOf, prepareMethod, type Prepared } from '../../shared/scenario/prepare.js';
import { Learners, loadPublic } from '../../shared/scenario/training/learners.js';
import { RandomStream } from '../../shared/util/random.js';
import { subjects } from '../conformance/subjects.js';
import { withLines } from './helpers.js';

const { scenario } = withLines('method: { fedmd: { temperature: 2 } }\n', [
  'dataset.public={ examples: 60 }',
  'clients={ total: 4, perRound: 2 }',
  'local.optimizer={ sgd: 0.2 }',
]);

const cloud = (count: number, purpose: string): Examples => {
  const random = new RandomStream({ seed: 2, purpose });
  const labels = Uint8Array.from({ length: count }, () => random.below(3));
  const inputs = Float32Array.from(
    { length: 8 * count },
    (_, i) => random.normal() + (labels[i >> 3] === (i & 7) ? 2.5 : 0),
  );
  return { count, inputs, labels };
};
const train = cloud(300, 'train');
const dataset: Dataset = {
  name: 'clouds',
  inputShape: [8],
  classes: 3,
  scale: 1,
  train,
  test: cloud(30, 'test'),
  fingerprint: '',
};
const network = compileNetwork({
  name: 'small',
  input: [8],
  layers: [
    { kind: 'dense', units: 12, activation: 'relu' },
    { kind: 'dense', units: 3 },
  ],
  classes: 3,
});

const prepared = (): Prepared => {
  const { partition, validation, publicExamples } = dealPartition(dataset, dealingOf(scenario.dataset), 4, 1);
  const publicSet = publicSetOf(dataset, publicExamples);
  return { scenario, dataset, partition, validation, publicSet, ...prepareMethod(scenario, network) };
};

/** Mean divergence KL(p ‖ q) of the softmax of logits / 2, in nats. */
const divergence = (teacher: Float32Array, student: Float32Array): number => {
  const [p, q] = [teacher, student].map((logits) =>
    softmaxRows(
      logits.map((logit) => logit / 2),
      3,
    ),
  );
  return (3 * p.reduce((sum, probability, i) => sum + probability * Math.log(probability / q[i]), 0)) / p.length;
};

describe.each(subjects)('$title', ({ open }) => {
  let engine: Engine;
  const learnersOf = async (data = prepared()): Promise<Learners> =>
    new Learners(data, engine, (await loadPublic(data, engine))!);
  beforeAll(async () => {
    engine = await open();
  });

  test('a network learns a teacher from examples without labels, and the same each time', async () => {
    const learner = (await learnersOf()).coordinator(1);
    expect(learner.classes).toBe(3);
    const before = await learner.predict(learner.initial());
    const random = new RandomStream({ seed: 9, purpose: 'teacher' });
    const inputs = prepared().publicSet!.inputs;
    // A linear teacher that has nothing to do with the labels.
    const weights = Float64Array.from({ length: 24 }, () => random.normal());
    const teacher = Float32Array.from({ length: 180 }, (_, i) =>
      [0, 1, 2, 3, 4, 5, 6, 7].reduce(
        (sum, k) => sum + weights[3 * k + (i % 3)] * inputs[8 * Math.floor(i / 3) + k],
        0,
      ),
    );
    const { floats, loss } = await learner.distil(learner.initial(), teacher, 30);
    const after = await learner.predict(floats);
    expect(after).toHaveLength(180);
    expect(divergence(teacher, after)).toBeLessThan(0.1 * divergence(teacher, before));
    expect(loss).toBeLessThan(4 * divergence(teacher, before));

    const data = prepared();
    const { labels, ...rest } = data.publicSet!;
    const others = await learnersOf({ ...data, publicSet: { ...rest, labels: labels.map((_, i) => i % 3) } });
    expect((await others.coordinator(1).distil(learner.initial(), teacher, 30)).floats).toEqual(floats);
    const next = await (await learnersOf()).coordinator(2).distil(learner.initial(), teacher, 30);
    expect(next.floats, 'another order in another round').not.toEqual(floats);
  });

  test('a client trains on its own examples, whatever other clients did before', async () => {
    const own = await engine.load(train, [8]);
    const learners = await learnersOf();
    const learner = learners.client(own, 1, 2);
    const { floats, loss } = await learner.train(learner.initial());
    expect(floats).not.toEqual(learner.initial());
    expect(loss).toBeGreaterThan(0);
    await learners.client(own, 1, 3).train(learner.initial());
    expect((await learners.client(own, 1, 2).train(learner.initial())).floats).toEqual(floats);
  });
});
