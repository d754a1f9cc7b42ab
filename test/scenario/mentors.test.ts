import { beforeAll, describe, expect, test } from 'vitest';
import type { Dataset } from '../../shared/data/dataset.js';
import { dealPartition } from '../../shared/data/load.js';
import type { Engine } from '../../shared/engine/engine.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { dealingOf, prepareMethod, type Prepared } from '../../shared/scenario/prepare.js';
import { Mentors } from '../../shared/scenario/training/mentors.js';
import { RandomStream } from '../../shared/util/random.js';
import { subjects } from '../conformance/subjects.js';
import { withLines } from './helpers.js';

const { scenario } = withLines('method: { fedkd: { mentor: { mlp: { hidden: [24] } }, alpha: 0.5 } }\n', [
  'clients={ total: 4, perRound: 2 }',
  'local={ epochs: 4, batchSize: 7, optimizer: { sgd: 0.2 } }',
]);

const examples = (() => {
  const random = new RandomStream({ seed: 4, purpose: 'mentors' });
  const count = 120;
  const labels = Uint8Array.from({ length: count }, () => random.below(3));
  const inputs = Float32Array.from(
    { length: 6 * count },
    (_, i) => random.normal() + (labels[Math.floor(i / 6)] === i % 6 ? 2 : 0),
  );
  return { count, inputs, labels };
})();
const dataset: Dataset = {
  name: 'clouds',
  inputShape: [6],
  classes: 3,
  scale: 1,
  train: examples,
  test: examples,
  fingerprint: '',
};
const network = compileNetwork({ name: 'small', input: [6], layers: [{ kind: 'dense', units: 3 }], classes: 3 });

const prepared = (): Prepared => {
  const dealt = dealPartition(dataset, dealingOf(scenario.dataset), 4, 1);
  return { scenario, dataset, ...dealt, publicSet: null, ...prepareMethod(scenario, network) };
};

describe.each(subjects)('$title', ({ open }) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await open();
  });

  test('both networks learn their labels and come nearer to each other, the same each time', async () => {
    const data = prepared();
    const own = await engine.load(examples, [6]);
    const mentors = await Mentors.open(data, engine, data.method.mentoring!);
    const { student, mentor, epochs } = mentors.pair(own, 1, 2);
    expect(epochs).toBe(4);
    let [small, large] = [student.initial(), mentor.initial()];
    expect(large.length).toBeGreaterThan(small.length);
    expect(await mentor.predict(large)).toHaveLength(3 * data.partition.size(2));
    const losses: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      large = (await mentor.train(large, await student.predict(small), epoch)).floats;
      const { floats, loss } = await student.train(small, await mentor.predict(large), epoch);
      small = floats;
      losses.push(loss);
    }
    expect(losses.at(-1)!).toBeLessThan(0.7 * losses[0]);

    const again = mentors.pair(own, 1, 2);
    const other = await again.student.predict(again.student.initial());
    const [first, same, later] = [
      await again.mentor.train(again.mentor.initial(), other, 0),
      await again.mentor.train(again.mentor.initial(), other, 0),
      await again.mentor.train(again.mentor.initial(), other, 1),
    ];
    expect(same.floats).toEqual(first.floats);
    expect(later.floats, 'another order in another pass').not.toEqual(first.floats);
    const silent = await again.mentor.train(
      again.mentor.initial(),
      other.map((logit) => -3 * logit),
      0,
    );
    expect(silent.floats, 'what the other says matters').not.toEqual(first.floats);
  });
});
