import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addToWeights } from '../../shared/method/chain.js';
import { cfd } from '../../shared/method/cfd.js';
import { softmaxRows } from '../../shared/method/public/learner.js';
import { readTable } from '../../shared/method/public/soft-labels.js';
import { copyParameters, type Parameters } from '../../shared/params/parameters.js';
import { RandomStream } from '../../shared/util/random.js';
import { refused } from '../support/refusal.js';
import { classes, learnerOf, network, received, seed, serverRound, tableOf } from './support/labels.js';

const examples = 30;
const integers = { errorFeedback: false, scope: 'model', stages: [{ integers: {} }, { arithmetic: {} }] } as const;

/** Logits that are sure of one class each. */
const sureOf = (labels: readonly number[]): Float32Array =>
  Float32Array.from({ length: labels.length * classes }, (_, i) =>
    labels[Math.floor(i / classes)] === i % classes ? 20 : 0,
  );

const labelsBy = (purpose: string, count = examples): number[] => {
  const stream = new RandomStream({ seed, purpose });
  return Array.from({ length: count }, () => stream.below(classes));
};

const noTraining = async (): Promise<never> => {
  throw new Error('the chain has no weights to train');
};

/** What a client sends of the labels that it came to. */
const sent = async (
  bits: number,
  model: Parameters,
  labels: readonly number[],
  state = {},
  learner = learnerOf(sureOf(labels)),
) => cfd.create({ bits }).clientRound({ seed, round: 1, client: 0, model, learner }, state, noTraining);

/** The chain's table after an outcome. */
const after = (model: Parameters, delta: Float32Array): Parameters => {
  const next = copyParameters(model);
  addToWeights(next, delta);
  return next;
};

describe('a client', () => {
  test('knows nothing of an empty table, and sends its own labels', async () => {
    const labels = labelsBy('own');
    const { parts, state } = await sent(1, tableOf(cfd.create({}), examples), labels);
    expect([...(parts['labels'] as Float32Array)]).toEqual(labels.map((label) => label + 1));
    expect(state).toEqual({ network: sureOf(labels) });
  });

  test.each([1, 2, 8])('with %i bits sends only what differs from the table, and learns it first', async (bits) => {
    const model = tableOf(cfd.create({ bits }), examples);
    const known = labelsBy('table');
    const { parts: first } = await sent(bits, model, known);
    const told = after(model, first['labels'] as Float32Array);
    const learner = learnerOf(sureOf(known));
    const { parts } = await sent(bits, told, known, { network: sureOf(labelsBy('before')) }, learner);
    expect((parts['labels'] as Float32Array).every((difference) => difference === 0)).toBe(true);
    const taught = softmaxRows(learner.taught[0], classes);
    known.forEach((label, i) => expect(taught[i * classes + label]).toBeGreaterThan(0.999));
  });
});

test('labels of one bit take about their entropy, whatever the network', async () => {
  const method = cfd.create({});
  const many = 4000;
  const model = tableOf(method, many);
  const known = labelsBy('table', many);
  const { parts } = await sent(1, model, known);
  const { payloadBytes: first } = received(method, model, integers, {
    client: 0,
    samples: 1,
    value: parts['labels'] as Float32Array,
  });
  // Four classes, as good as equally frequent: two bits a label.
  expect(first).toBeGreaterThan((2 * many) / 8 - 10);
  expect(first).toBeLessThan((2 * many) / 8 + 40);

  const told = after(model, parts['labels'] as Float32Array);
  const stream = new RandomStream({ seed, purpose: 'changes' });
  const changed = known.map((label) => (stream.uniform() < 0.05 ? (label + 1 + stream.below(3)) % classes : label));
  const { parts: next } = await sent(1, told, changed);
  const { payloadBytes } = received(method, told, integers, {
    client: 0,
    samples: 1,
    value: next['labels'] as Float32Array,
  });
  const share = changed.filter((label, i) => label !== known[i]).length / many;
  // Which labels changed, and of each by how much: at most log2(6) bits.
  const most = many * (-share * Math.log2(share) - (1 - share) * Math.log2(1 - share) + share * Math.log2(6));
  expect(payloadBytes).toBeLessThan(most / 8 + 40);
  expect(payloadBytes).toBeLessThan(first / 4);
});

describe('the coordinator', () => {
  const updatesOf = async (bits: number, model: Parameters, cohort: readonly (readonly number[])[]) => {
    const method = cfd.create({ bits });
    const values = await Promise.all(cohort.map((labels) => sent(bits, model, labels)));
    return values.map(({ parts }, client) =>
      received(method, model, integers, { client, samples: 1 + client, value: parts['labels'] as Float32Array }),
    );
  };

  test('takes the mean weighted by samples, in any order to the same bits', async () => {
    const cohort = ['a', 'b', 'c', 'd'].map((name) => labelsBy(name));
    const model = tableOf(cfd.create({}), examples);
    const updates = await updatesOf(1, model, cohort);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(updates, { minLength: updates.length }), async (order) => {
        const server = serverRound(cfd.create({}), model);
        for (const update of order) server.fold(update);
        const learner = learnerOf(new Float32Array(examples * classes));
        const outcome = await server.refine!(server.finish()!, learner);
        const mean = softmaxRows(learner.taught[0], classes);
        for (let row = 0; row < examples; row++) {
          for (let label = 0; label < classes; label++) {
            const votes = cohort.reduce((sum, own, client) => sum + (own[row] === label ? 1 + client : 0), 0);
            expect(mean[row * classes + label]).toBeCloseTo(votes / 10, 5);
          }
        }
        const other = serverRound(cfd.create({}), model);
        for (const update of updates) other.fold(update);
        expect(outcome).toEqual(await other.refine!(other.finish()!, learnerOf(new Float32Array(examples * classes))));
      }),
      { numRuns: 10 },
    );
  });

  test('sends the labels of its own network down, and keeps it', async () => {
    const method = cfd.create({ bits: 3 });
    const model = tableOf(method, examples);
    const own = labelsBy('own');
    const server = serverRound(method, model, { student: sureOf(labelsBy('student')) });
    for (const update of await updatesOf(3, model, [own])) server.fold(update);
    const { delta, exact, state } = await server.refine!(server.finish()!, learnerOf(new Float32Array(0)));
    const units = readTable(after(model, delta).floats, { examples, classes, bits: 3 })!;
    own.forEach((label, row) => expect(units[row * classes + label]).toBe(7));
    expect(exact).toEqual({});
    expect(Object.keys(state)).toEqual(['student']);
    const space = method.parameterize!(network, seed, examples);
    const student = new Float32Array(network.layout.floats).fill(0.5);
    expect(space.weights(model, 1, { student })).toMatchObject({ layout: network.layout, floats: student });
  });

  test('without an update nothing changes', () => {
    expect(serverRound(cfd.create({}), tableOf(cfd.create({}), examples)).finish()).toBeNull();
  });

  test('labels that are none are refused and add nothing', async () => {
    const method = cfd.create({});
    const model = tableOf(method, examples);
    const [good] = await updatesOf(1, model, [labelsBy('a')]);
    const [alone, server] = [serverRound(method, model), serverRound(method, model)];
    alone.fold(good);
    server.fold(good);
    for (const wrong of [0, classes + 1, 1.5]) {
      const value = Float32Array.from(labelsBy('b'), (label) => label + 1);
      value[examples - 1] = wrong;
      const update = received(method, model, { ...integers, stages: [] }, { client: 3, samples: 9, value });
      expect(refused(() => server.fold(update)).code).toBe('method/bad-labels');
    }
    expect(server.finish()).toEqual(alone.finish());
  });
});
