import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CodecState } from '../../shared/codec/codec.js';
import { createCodec, type Coding } from '../../shared/codec/pipeline.js';
import { ef21 } from '../../shared/method/aggregate/ef21.js';
import { majority } from '../../shared/method/aggregate/majority.js';
import { mean } from '../../shared/method/aggregate/mean.js';
import type { Aggregation, AggregationTask, ReceivedUpdate, ServerState } from '../../shared/method/method.js';
import { makeLayout } from '../../shared/params/layout.js';
import { RandomStream } from '../../shared/util/random.js';

const partOf = (length: number) => ({
  name: 'delta',
  coding: 'codec' as const,
  layout: makeLayout([{ name: 'w', shape: [length], role: 'weight' }]),
});

const taskOf = (length: number, more: Partial<AggregationTask> = {}): AggregationTask => ({
  part: partOf(length),
  state: {},
  seed: 1,
  round: 1,
  ...more,
});

/** An update as it is once it is decoded. */
const received = (values: ArrayLike<number>, client = 0, samples = 1): ReceivedUpdate => ({
  client,
  samples,
  fold: (_, weight, into) => Array.from(values).forEach((value, i) => (into[i] += weight * value)),
  integers: () => new BigInt64Array(0),
});

describe('majority vote', () => {
  const vote = (votes: readonly number[][], more: Partial<AggregationTask> = {}, learningRate = 0.5): number[] => {
    const aggregator = majority.create({ learningRate }).begin(taskOf(votes[0]?.length ?? 3, more));
    for (const values of votes) aggregator.fold(received(values));
    return [...(aggregator.finish()?.value ?? [])];
  };

  test('each coordinate goes where more signs point, whatever their size; zeros don’t vote', () => {
    const votes = [
      [9, -1, 0, 0],
      [-1, -8, 0, 2],
      [0.1, 5, 0, 0],
    ];
    expect(vote(votes)).toEqual([0.5, -0.5, 0, 0.5]);
    expect(vote([])).toEqual([]);
  });

  test('ties are decided by a fair coin, another one each round and the same one again', () => {
    const ties = [1, -1].map((sign) => Array.from({ length: 10_000 }, () => sign));
    const [first, second] = [1, 2].map((round) => vote(ties, { round }));
    const ups = first.filter((value) => value > 0).length;
    // Five standard deviations of 10,000 coins.
    expect(Math.abs(ups - 5000)).toBeLessThan(250);
    expect(first.every((value) => Math.abs(value) === 0.5)).toBe(true);
    expect(second).not.toEqual(first);
    expect(vote(ties)).toEqual(first);
  });

  test('turning every vote around turns the step around, where there is no tie', () => {
    const signs = fc.array(fc.constantFrom(-1, 1), { minLength: 5, maxLength: 5 });
    const voters = fc.array(signs, { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(voters, (votes) => {
        const back = vote(votes.map((values) => values.map((value) => -value)));
        expect(back).toEqual(vote(votes).map((value) => -value));
      }),
    );
  });
});

/** Clients with vectors of their own that send them through a codec; who takes part is drawn. */
const playEf21 = (
  coding: Coding,
  rounds: readonly (readonly number[])[],
  vectorsAt: (round: number) => Float32Array[],
) => {
  const codec = createCodec(coding);
  const length = vectorsAt(0)[0].length;
  const { layout } = partOf(length);
  const samplesOf = (client: number): number => 10 + 7 * client;
  const states = new Map<number, CodecState>();
  let server: ServerState = {};
  let value: Float32Array | null = null;
  rounds.forEach((cohort, round) => {
    const aggregator = ef21.create({}).begin(taskOf(length, { state: server, round }));
    for (const client of cohort) {
      const context = { key: { seed: 5, round, client, part: 'delta' }, layout };
      const { payload, state } = codec.encode(vectorsAt(round)[client], context, states.get(client) ?? {});
      states.set(client, state);
      aggregator.fold({
        ...received([], client, samplesOf(client)),
        fold: (_, weight, into) => codec.fold(payload, weight, into, context),
      });
    }
    const outcome = aggregator.finish();
    if (outcome !== null) ({ value, state: server } = outcome);
  });
  return { states, value: value as Float32Array | null, server, samplesOf };
};

const drawVectors = (clients: number, length: number) => (round: number) => {
  const random = new RandomStream({ seed: 3, purpose: 'test/ef21', round });
  return Array.from({ length: clients }, () => Float32Array.from({ length }, () => random.normal()));
};

describe('EF21 at the coordinator', () => {
  const coding: Coding = { errorFeedback: { ef21: {} }, scope: 'model', stages: [{ topk: { count: 4 } }] };

  test('it holds the mean of the clients’ estimates, weighted by samples, whoever takes part', () => {
    const cohorts = fc.array(fc.uniqueArray(fc.nat(4), { maxLength: 5 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(cohorts, (rounds) => {
        const { states, value, samplesOf } = playEf21(coding, rounds, drawVectors(5, 20));
        expect(value === null).toBe(states.size === 0);
        const samples = [...states.keys()].reduce((sum, client) => sum + samplesOf(client), 0);
        value?.forEach((number, i) => {
          let sum = 0;
          for (const [client, { estimate }] of states) sum += samplesOf(client) * estimate[i];
          // The clients' estimates are float32 and the coordinator's sum is not.
          expect(Math.abs(number - sum / samples)).toBeLessThan(1e-6);
        });
      }),
      { numRuns: 50 },
    );
  });

  test('its state goes in and comes out; what went in stays', () => {
    const state: ServerState = { sum: Float64Array.of(3, 6), clients: Float64Array.of(7), samples: Float64Array.of(3) };
    const before = structuredClone(state);
    const aggregator = ef21.create({ learningRate: 2 }).begin(taskOf(2, { state }));
    aggregator.fold(received([1, -1], 2, 1));
    const { value, state: after } = aggregator.finish()!;
    expect(state).toEqual(before);
    expect(after).toEqual({ sum: Float64Array.of(4, 5), clients: Float64Array.of(2, 7), samples: Float64Array.of(4) });
    expect([...value]).toEqual([2, 2.5]);
    expect(ef21.create({}).begin(taskOf(2, { state })).finish()).toBeNull();
  });
});

/*
 * Beznosikov et al. 2020, On Biased Compression for Distributed Learning, example 1: fᵢ(x) = ⟨aᵢ, x⟩² + ‖x‖²/4 for three
 * clients. From (t, t, t) the largest coordinate of each gradient is the one that points away from the others' sum, so that
 * gradient descent with plain top-1 moves away from the minimum at 0 however small its steps are.
 */
const directions = [
  [-3, 2, 2],
  [2, -3, 2],
  [2, 2, -3],
];

const descend = (rule: Aggregation, errorFeedback: Coding['errorFeedback'], rounds: number): number => {
  const codec = createCodec({ errorFeedback, scope: 'model', stages: [{ topk: { count: 1 } }] });
  const point = Float64Array.of(1, 1, 1);
  const states: CodecState[] = [{}, {}, {}];
  let server: ServerState = {};
  for (let round = 0; round < rounds; round++) {
    const task = taskOf(3, { state: server, round });
    const aggregator = rule.begin(task);
    directions.forEach((direction, client) => {
      const product = direction.reduce((sum, number, i) => sum + number * point[i], 0);
      const step = Float32Array.from(direction, (number, i) => -0.01 * (2 * product * number + point[i] / 2));
      const context = { key: { seed: 1, round, client, part: 'delta' }, layout: task.part.layout };
      const { decoded, state } = codec.encode(step, context, states[client]);
      states[client] = state;
      aggregator.fold(received(decoded, client));
    });
    const { value, state } = aggregator.finish()!;
    server = state;
    value.forEach((number, i) => (point[i] += number));
  }
  return Math.hypot(...point);
};

test('EF21 and a residual converge where plain top-1 diverges', () => {
  const start = Math.hypot(1, 1, 1);
  expect(descend(mean.create({}), false, 300)).toBeGreaterThan(10 * start);
  expect(descend(ef21.create({}), { ef21: {} }, 3000)).toBeLessThan(1e-3 * start);
  expect(descend(mean.create({}), true, 3000)).toBeLessThan(1e-3 * start);
});
