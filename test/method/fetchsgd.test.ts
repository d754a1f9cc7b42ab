import { expect, test } from 'vitest';
import { CountSketch } from '../../shared/codec/count-sketch.js';
import { mean } from '../../shared/method/aggregate/mean.js';
import { fetchsgd } from '../../shared/method/fetchsgd.js';
import type { ServerState } from '../../shared/method/method.js';
import { PartCoder } from '../../shared/method/part-coder.js';
import { makeLayout } from '../../shared/params/layout.js';
import { gatherFloats, zeroParameters, type Parameters } from '../../shared/params/parameters.js';
import { RandomStream } from '../../shared/util/random.js';

const layout = makeLayout([
  { name: 'kernel', shape: [2000], role: 'weight' },
  { name: 'mean', shape: [2], role: 'buffer' },
  { name: 'batches', shape: [1], role: 'counter' },
]);
const options = { rows: 5, columns: 400, count: 20 };
const subtracting = { ...options, extraction: 'subtract' };
const seed = 9;

/** Where each client's own loss ‖w − target‖²/2 has its minimum: a few coordinates stand out. */
const targets = [0, 1, 2, 3].map((client) => {
  const random = new RandomStream({ seed, purpose: 'test/target', client });
  const values = Float32Array.from({ length: 2000 }, () => 0.005 * random.normal());
  for (let i = 0; i < 60; i++) values[31 * i] += 1 + 0.05 * random.normal();
  return values;
});

/** One round: each client takes a step of its own and sends it as the method says. */
const playRound = async (
  model: Parameters,
  state: ServerState,
  round: number,
  chosen: object,
  cohort: readonly number[],
) => {
  const method = fetchsgd.create(chosen);
  const { up } = method.parts(layout);
  const coder = new PartCoder(up, { errorFeedback: false, scope: 'model', stages: [] });
  const server = method.serverRound({ model, aggregation: mean.create({}), state, seed, round });
  for (const client of cohort) {
    const trained = zeroParameters(layout);
    trained.floats.set(model.floats.map((w, i) => (i < 2000 ? w + 0.1 * (targets[client][i] - w) : client)));
    trained.counters[0] = BigInt(client);
    const key = { seed, round, client };
    const { parts, state: kept } = await method.clientRound({ ...key, model }, {}, async () => ({
      parameters: trained,
      loss: 1,
    }));
    expect(kept).toEqual({});
    const payloads = up.map((spec) => coder.encode(spec, parts[spec.name], key, {}).payload);
    const find = (name: string) => up.findIndex((spec) => spec.name === name);
    server.fold({
      client,
      samples: 10 * (client + 1),
      fold: (part, weight, into) => coder.fold(up[find(part)], payloads[find(part)], key, weight, into),
      integers: (part) => coder.integers(up[find(part)], payloads[find(part)]),
    });
  }
  return server.finish();
};

const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Math.sqrt(Array.from(a).reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0));

test('only the sketch goes up and the largest coordinates go down; statistics have their mean', async () => {
  const { up, down } = fetchsgd.create(options).parts(layout);
  expect(up.map(({ name, layout: of }) => [name, of.floats + of.counters])).toEqual([
    ['sketch', 2000],
    ['buffers', 2],
    ['counters', 1],
  ]);
  expect(down.map(({ name }) => name)).toEqual(['delta', 'buffers', 'counters']);
  const { delta, exact } = (await playRound(zeroParameters(layout), {}, 1, options, [0, 3]))!;
  expect(delta.filter((value) => value !== 0)).toHaveLength(20);
  // 10 samples of value 0 and 40 of value 3.
  expect(exact).toEqual({ buffers: Float32Array.of(2.4, 2.4), counters: BigInt64Array.of(3n) });
  expect(await playRound(zeroParameters(layout), {}, 1, options, [])).toBeNull();
});

/** Plays rounds of one client. @returns sketches of what it sent and of what the model was changed by, and the state */
const playAlone = async (chosen: object, rounds: number) => {
  const sketcher = new CountSketch(options, seed);
  const model = zeroParameters(layout);
  let state: ServerState = {};
  const sent = new Float64Array(sketcher.size);
  const applied = new Float64Array(sketcher.size);
  for (let round = 0; round < rounds; round++) {
    const before = structuredClone(state);
    const outcome = (await playRound(model, state, round, chosen, [1]))!;
    expect(state).toEqual(before);
    const step = targets[1].map((target, i) => 0.1 * (target - model.floats[i]));
    sketcher.add(step, null, 1, sent);
    sketcher.add(outcome.delta, null, 1, applied);
    ({ state } = outcome);
    for (let i = 0; i < 2000; i++) model.floats[i] += outcome.delta[i];
  }
  return { sketcher, model, state, sent, applied };
};

test('F10: what is subtracted and what stays in the error are together all that was sent', async () => {
  const { state, sent, applied } = await playAlone(subtracting, 5);
  expect(
    distance(
      sent,
      [...applied].map((sum, i) => sum + state['error'][i]),
    ),
  ).toBeLessThan(1e-4);
});

test('F10: extraction by zeros leaves zeros where the changed coordinates are, and the rest as it was', async () => {
  const { sketcher, model, state, sent } = await playAlone(options, 1);
  const changed = Uint32Array.from(model.floats.keys()).filter((i) => i < 2000 && model.floats[i] !== 0);
  expect(changed).toHaveLength(20);
  expect([...sketcher.estimate(state['error'], changed)].every((value) => value + 0 === 0)).toBe(true);
  const touched = new Float64Array(sketcher.size).fill(1);
  sketcher.clear(changed, touched);
  touched.forEach((untouched, i) => {
    expect(Math.abs(state['error'][i] - untouched * sent[i])).toBeLessThan(1e-6);
  });
});

test.each([
  ['without momentum', options],
  ['with momentum', { ...options, momentum: 0.5, learningRate: 0.5 }],
  ['subtracting', subtracting],
])('clients that come and go are led to the mean of what they want: %s', async (_, chosen) => {
  const model = zeroParameters(layout);
  const wanted = new Float32Array(2000);
  targets.forEach((target) => target.forEach((value, i) => (wanted[i] += value / 4)));
  let state: ServerState = {};
  const start = distance(gatherFloats(layout, model.floats, ['weight']), wanted);
  for (let round = 0; round < 80; round++) {
    // Two of four take part, with equal samples between them over the rounds.
    const outcome = (await playRound(model, state, round, chosen, round % 2 === 0 ? [0, 3] : [1, 2]))!;
    ({ state } = outcome);
    for (let i = 0; i < 2000; i++) model.floats[i] += outcome.delta[i];
  }
  expect(distance(gatherFloats(layout, model.floats, ['weight']), wanted)).toBeLessThan(0.3 * start);
});

test('more coordinates than an eighth of the columns are refused, and an even number of rows', () => {
  expect(() => fetchsgd.create({ columns: 400, count: 51 })).toThrowError(/eighth/);
  expect(() => fetchsgd.create({ rows: 4 })).toThrowError(/odd/);
});
