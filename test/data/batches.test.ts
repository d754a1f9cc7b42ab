import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchesOf, type Batches } from '../../shared/data/batches.js';
import { RandomStream } from '../../shared/util/random.js';
import { refusal } from '../support/refusal.js';

const stream = (seed: number, round = 1, client = 0) => new RandomStream({ seed, purpose: 'shuffle', round, client });

const requests = fc.record({
  indices: fc.uniqueArray(fc.nat(59_999), { maxLength: 60 }).map((list) => Int32Array.from(list)),
  epochs: fc.integer({ min: 1, max: 4 }),
  batchSize: fc.integer({ min: 1, max: 25 }),
  seed: fc.maxSafeNat(),
});

interface Row {
  readonly index: number;
  readonly weight: number;
}

/** The rows of each step. */
const stepsOf = ({ indices, weights, steps }: Batches): Row[][] => {
  const batchSize = indices.length / steps;
  return Array.from({ length: steps }, (_, step) =>
    Array.from({ length: batchSize }, (_, row) => ({
      index: indices[step * batchSize + row],
      weight: weights[step * batchSize + row],
    })),
  );
};

describe('batchesOf', () => {
  it('has every example exactly once an epoch, in batches that only the last of an epoch leaves short', () => {
    const property = fc.property(requests, ({ indices, epochs, batchSize, seed }) => {
      const batches = batchesOf({ indices, epochs, batchSize, stream: stream(seed) });
      const perEpoch = Math.ceil(indices.length / batchSize);
      expect(batches.steps).toBe(epochs * perEpoch);
      expect(batches.indices.length).toBe(batches.steps * batchSize);
      expect(batches.weights.length).toBe(batches.steps * batchSize);
      const steps = stepsOf(batches);
      for (let epoch = 0; epoch < epochs; epoch++) {
        const counted = steps
          .slice(epoch * perEpoch, (epoch + 1) * perEpoch)
          .map((rows) => rows.filter((r) => r.weight > 0));
        expect(
          counted
            .flat()
            .map(({ index }) => index)
            .sort((a, b) => a - b),
        ).toEqual([...indices].sort((a, b) => a - b));
        expect(counted.slice(0, -1).every((rows) => rows.length === batchSize)).toBe(true);
      }
    });
    fc.assert(property);
  });

  it('weighs the n examples of a batch 1/n and what fills it up 0, with an example of the batch', () => {
    const property = fc.property(requests, ({ indices, epochs, batchSize, seed }) => {
      for (const rows of stepsOf(batchesOf({ indices, epochs, batchSize, stream: stream(seed) }))) {
        const counted = rows.filter(({ weight }) => weight > 0);
        expect(new Set(counted.map(({ weight }) => weight))).toEqual(new Set([Math.fround(1 / counted.length)]));
        expect(rows.slice(0, counted.length)).toEqual(counted);
        for (const filler of rows.slice(counted.length)) expect(filler).toEqual({ index: rows[0].index, weight: 0 });
      }
    });
    fc.assert(property);
  });

  it('makes one short batch of a client smaller than a batch', () => {
    const batches = batchesOf({ indices: Int32Array.of(7, 9, 8), epochs: 1, batchSize: 8, stream: stream(1) });
    expect(batches.steps).toBe(1);
    expect([...batches.weights]).toEqual([...Array(3).fill(Math.fround(1 / 3)), 0, 0, 0, 0, 0]);
  });

  it('makes no step of no examples', () => {
    const batches = batchesOf({ indices: new Int32Array(0), epochs: 3, batchSize: 8, stream: stream(1) });
    expect(batches).toEqual({ indices: new Int32Array(0), weights: new Float32Array(0), steps: 0 });
  });

  it('shuffles anew each epoch, round and client, repeats with the key, and leaves the list alone', () => {
    const indices = Int32Array.from({ length: 40 }, (_, at) => at);
    const order = (round: number, client: number) =>
      batchesOf({ indices, epochs: 2, batchSize: 10, stream: stream(1, round, client) }).indices;
    const first = order(1, 0);
    expect(first.slice(0, 40)).not.toEqual(first.slice(40));
    expect(order(1, 0)).toEqual(first);
    expect(order(2, 0)).not.toEqual(first);
    expect(order(1, 1)).not.toEqual(first);
    expect(indices).toEqual(Int32Array.from({ length: 40 }, (_, at) => at));
  });

  it('refuses epochs and batch sizes that are no counts', async () => {
    const request = { indices: Int32Array.of(1), epochs: 1, batchSize: 1, stream: stream(1) };
    for (const wrong of [0, -1, 1.5, Number.NaN, Infinity]) {
      await refusal('argument/invalid', () => batchesOf({ ...request, epochs: wrong }));
      await refusal('argument/invalid', () => batchesOf({ ...request, batchSize: wrong }));
    }
  });
});
