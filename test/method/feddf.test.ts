import { expect, test } from 'vitest';
import { mean } from '../../shared/method/aggregate/mean.js';
import { fedavg } from '../../shared/method/fedavg.js';
import { feddf } from '../../shared/method/feddf.js';
import type { PublicLearner } from '../../shared/method/public/learner.js';
import type { ReceivedUpdate } from '../../shared/method/method.js';
import { makeLayout } from '../../shared/params/layout.js';
import type { Parameters } from '../../shared/params/parameters.js';

const layout = makeLayout([
  { name: 'kernel', shape: [3], role: 'weight' },
  { name: 'mean', shape: [2], role: 'buffer' },
  { name: 'bias', shape: [1], role: 'weight' },
]);
const model: Parameters = {
  layout,
  floats: Float32Array.of(1, 2, 3, 10, 20, 4),
  counters: new BigInt64Array(0),
};

const update = (client: number, samples: number, delta: number[], buffers: number[]): ReceivedUpdate => {
  const parts: Record<string, number[]> = { delta, buffers };
  return {
    client,
    samples,
    fold: (part, weight, into) => parts[part].forEach((value, i) => (into[i] += weight * value)),
    integers: () => new BigInt64Array(0),
  };
};
const updates = [update(0, 1, [1, 0, 0, 0], [0, 0]), update(1, 3, [0, 4, 0, -8], [4, 8])];
const task = { model, aggregation: mean.create({}), state: {}, seed: 1, round: 1 };

test('the mean of the networks is trained towards the mean of their logits, and what it came to goes down', async () => {
  const server = feddf.create({ epochs: 5 }).serverRound(task);
  const averaged = fedavg.create({}).serverRound(task);
  for (const one of updates) {
    server.fold(one);
    averaged.fold(one);
  }
  const outcome = server.finish()!;
  expect(outcome).toEqual(averaged.finish());
  const seen: number[][] = [];
  const learner: PublicLearner = {
    classes: 2,
    initial: () => new Float32Array(6),
    predict: async (floats) => {
      seen.push([...floats]);
      return Float32Array.of(floats[0], floats[5]);
    },
    distil: async (floats, teacher, epochs) => {
      seen.push([...floats], [...teacher], [epochs]);
      return { floats: floats.map((value, i) => value + i), loss: 0 };
    },
  };
  const { delta, exact, state } = await server.refine!(outcome, learner);
  expect(seen).toEqual([
    [2, 2, 3, 0, 0, 4],
    [1, 6, 3, 4, 8, -4],
    // Weighted by samples; the logits are not.
    [1.25, 5, 3, 3, 6, -2],
    [1.5, 0],
    [5],
  ]);
  expect([...delta]).toEqual([0.25, 4, 2, -1]);
  expect(exact['buffers']).toEqual(Float32Array.of(6, 10));
  expect(state).toEqual({});
});

test('without an update nothing changes', () => {
  expect(feddf.create({}).serverRound(task).finish()).toBeNull();
});

test('only the coordinator needs the public examples', () => {
  expect(feddf.create({}).publicLearning!.atClients).toBe(false);
});
