import { describe, expect, test } from 'vitest';
import { fedmd } from '../../shared/method/fedmd.js';
import { copyParameters } from '../../shared/params/parameters.js';
import { RandomStream } from '../../shared/util/random.js';
import { classes, learnerOf, network, received, seed, serverRound, tableOf } from './support/labels.js';

const examples = 12;
const float32 = { errorFeedback: false, scope: 'model', stages: [] } as const;

const scoresBy = (purpose: string): Float32Array => {
  const stream = new RandomStream({ seed, purpose });
  return Float32Array.from({ length: examples * classes }, () => stream.normal());
};

const noTraining = async (): Promise<never> => {
  throw new Error('the chain has no weights to train');
};

describe('a client', () => {
  test('digests the consensus, then trains on its own examples from there, and keeps its network', async () => {
    const method = fedmd.create({ epochs: 3 });
    const model = copyParameters(tableOf(method, examples));
    model.floats.set(scoresBy('consensus'));
    const own = scoresBy('own');
    const learner = learnerOf(own);
    const task = { seed, round: 2, client: 1, model, learner };
    const { parts, state } = await method.clientRound(task, { network: scoresBy('before') }, noTraining);
    expect(learner.taught).toEqual([model.floats]);
    expect(parts['logits']).toEqual(own.map((score, i) => score - model.floats[i]));
    expect(state).toEqual({ network: own });
  });

  test('without a consensus, or without passes over the public examples, it digests nothing', async () => {
    const empty = tableOf(fedmd.create({}), examples);
    const known = copyParameters(empty);
    known.floats.fill(1);
    for (const [model, epochs] of [
      [empty, 1],
      [known, 0],
    ] as const) {
      const learner = learnerOf(scoresBy('own'));
      await fedmd.create({ epochs }).clientRound({ seed, round: 1, client: 1, model, learner }, {}, noTraining);
      expect(learner.taught).toEqual([]);
    }
  });
});

test('the consensus is the mean of the scores, and the coordinator’s network learns it', async () => {
  const method = fedmd.create({});
  const model = copyParameters(tableOf(method, examples));
  model.floats.set(scoresBy('consensus'));
  const cohort = ['a', 'b', 'c'].map(scoresBy);
  const server = serverRound(method, model, { student: scoresBy('student') });
  cohort.forEach((scores, client) => {
    const value = scores.map((score, i) => score - model.floats[i]);
    server.fold(received(method, model, float32, { client, samples: 5, value }));
  });
  const learner = learnerOf(new Float32Array(0));
  const { delta, state } = await server.refine!(server.finish()!, learner);
  const mean = Array.from(model.floats, (_, i) => cohort.reduce((sum, scores) => sum + scores[i], 0) / 3);
  expect([...learner.taught[0]]).toEqual(mean.map((score) => expect.closeTo(score, 5)));
  expect([...delta].map((change, i) => change + model.floats[i])).toEqual(
    mean.map((score) => expect.closeTo(score, 5)),
  );
  expect(state).toEqual({ student: learner.taught[0] });
  expect(serverRound(method, model).finish()).toBeNull();
});

test('what travels is as large as the public examples ask, whatever the networks', () => {
  const method = fedmd.create({ models: ['mlp', { mlp: { hidden: [64] } }] });
  const { layout } = tableOf(method, examples);
  const { up, down } = method.parts(layout);
  for (const { layout: part } of [...up, ...down]) expect(part.floats).toBe(examples * classes);
  const networks = method.publicLearning!.networks(network);
  expect(new Set(networks.map((own) => own.layout.floats)).size).toBe(2);
  for (const own of networks) expect(own.network).toMatchObject({ input: network.network.input, classes });
});
