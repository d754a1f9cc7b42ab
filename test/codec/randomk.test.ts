import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { randomPositions } from '../../shared/codec/random-positions.js';
import { RandomStream } from '../../shared/util/random.js';
import { coding, contextOf, gaussian } from './vectors.js';

const fraction = 0.05;
const length = 400;

describe('random positions', () => {
  test.each([0, 1, 3, 50, 99, 100])('%i of 100 are ascending and different', (count) => {
    const positions = randomPositions(new RandomStream({ seed: 1, purpose: 'test' }), count, 100);
    expect(positions.length).toBe(count);
    expect(positions.every((position, i) => position < 100 && (i === 0 || position > positions[i - 1]))).toBe(true);
  });

  test.each([3, 17])('every coordinate of 20 is as likely as another, %i at a time', (count) => {
    const random = new RandomStream({ seed: 2, purpose: 'test' });
    const hits = new Float64Array(20);
    const trials = 20_000;
    for (let trial = 0; trial < trials; trial++) for (const i of randomPositions(random, count, 20)) hits[i]++;
    const p = count / 20;
    const deviation = Math.sqrt(trials * p * (1 - p));
    for (const hit of hits) expect(Math.abs(hit - trials * p)).toBeLessThan(4.5 * deviation);
  });
});

describe('randomk', () => {
  const value = gaussian(length);
  const codec = createCodec(coding([{ randomk: { fraction } }]));
  const rounds = 4000;

  test('is unbiased with NMSE d/k − 1', () => {
    const mean = new Float64Array(length);
    let nmse = 0;
    for (let round = 0; round < rounds; round++) {
      const { decoded, measures } = codec.encode(value, contextOf(length, { round }), {});
      for (let i = 0; i < length; i++) mean[i] += decoded[i] / rounds;
      nmse += measures.errorEnergy / measures.inputEnergy / rounds;
    }
    const expected = 1 / fraction - 1;
    expect(Math.abs(nmse / expected - 1)).toBeLessThan(0.05);
    for (let i = 0; i < length; i++) {
      const deviation = Math.abs(value[i]) * Math.sqrt(expected / rounds);
      expect(Math.abs(mean[i] - value[i])).toBeLessThan(4.5 * deviation + 1e-9);
    }
  });

  test('unscaled, the NMSE is 1 − k/d on average', () => {
    const plain = createCodec(coding([{ randomk: { fraction, scale: 'none' } }]));
    let nmse = 0;
    for (let round = 0; round < rounds; round++) {
      const { measures } = plain.encode(value, contextOf(length, { round }), {});
      nmse += measures.errorEnergy / measures.inputEnergy / rounds;
    }
    expect(nmse).toBeCloseTo(1 - fraction, 2);
  });

  test('sends no positions: a header and the values', () => {
    const { payload, measures } = codec.encode(value, contextOf(length), {});
    expect(payload.length).toBe(11 + 4 * 20);
    expect(measures.valueBytes).toBe(80);
    expect(measures.naiveBytes).toBe(80);
  });

  test('positions differ by seed, round, client and part, and by tensor', () => {
    const keys = [{}, { seed: 1 }, { round: 4 }, { client: 8 }, { part: 'control' }];
    const drawn = keys.map((key) => {
      const context = contextOf(length, key);
      return codec.support(codec.encode(value, context, {}).payload, context)?.join();
    });
    expect(new Set(drawn).size).toBe(keys.length);
    const byTensor = createCodec(coding([{ randomk: { fraction: 0.1 } }], { scope: 'tensor' }));
    const context = contextOf(length);
    const support = Array.from(byTensor.support(byTensor.encode(value, context, {}).payload, context) ?? []);
    expect(support.length).toBe(40);
    expect(support.slice(0, 20)).not.toEqual(support.slice(20).map((position) => position - 200));
  });
});
