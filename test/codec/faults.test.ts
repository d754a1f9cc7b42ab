import { describe, expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { riceBits, riceParameter } from '../../shared/codec/streams/rice.js';
import { logChooseBits } from '../../shared/codec/entropy.js';
import { paddedLength } from '../../shared/codec/hadamard.js';
import { fedavg } from '../../shared/method/fedavg.js';
import { mean } from '../../shared/method/aggregate/mean.js';
import { makeLayout } from '../../shared/params/layout.js';
import { zeroParameters } from '../../shared/params/parameters.js';
import { RandomStream } from '../../shared/util/random.js';
import { Downlink } from '../../server/downlink.js';
import { stagesAlone } from './cases.js';
import { codeOnce } from './laws.js';
import { coding, contextOf, energy, gaussian, heavyTailed, sameBits } from './vectors.js';

/*
 * Faults that other implementations of these codecs have or had. Each test fails for a codec with that fault.
 */

const stc = (fraction: number) => [{ topk: { fraction } }, { ternary: {} }, { golomb: {} }];
const kept = (values: Float32Array): number => values.filter((value) => value !== 0).length;
const entropyOf = (p: number): number => -p * Math.log2(p) - (1 - p) * Math.log2(1 - p);

test.each(stagesAlone)('F1: a tensor of zeros gives zeros, not NaN: $name', ({ coding: chosen }) => {
  for (const length of [1, 64, 100]) {
    const { decoded } = createCodec(chosen).encode(new Float32Array(length), contextOf(length), {});
    expect(decoded.every((value) => value === 0)).toBe(true);
  }
});

test('F2: every kept position is paid for', () => {
  const values = gaussian(100_000);
  const { measures } = codeOnce(values, [{ topk: { fraction: 0.01 } }, { golomb: {} }]);
  expect(measures.naiveBytes).toBe(1000 * 8);
  expect(measures.entropyBytes! * 8).toBeGreaterThanOrEqual(1000 * 32 + logChooseBits(100_000, 1000) - 1);
  expect(measures.payloadBytes).toBeGreaterThan(measures.entropyBytes!);
});

test.each([1 / 25, 1 / 100, 1 / 400])(
  'F3: sparse ternary compression at %d costs h2(p) + p and no second sign bit',
  (p) => {
    const d = 1_000_000;
    const { payload } = codeOnce(gaussian(d), stc(p));
    const header = 30;
    expect((8 * (payload.length - header)) / d).toBeLessThan(1.02 * (entropyOf(p) + p));
    expect((8 * payload.length) / d).toBeGreaterThan(entropyOf(p) + p - 1e-4);
  },
);

test('F4: padding is in the payload and so in its size', () => {
  const d = 1500;
  expect(paddedLength(d)).toBeGreaterThan(d);
  const bytes = codeOnce(gaussian(d), [{ eden: { bits: 1 } }]).payload.length;
  expect(bytes).toBeGreaterThanOrEqual(paddedLength(d) / 8);
});

test('F5: with fewer non-zeros than k nothing else is sent, and ties keep exactly k', () => {
  const values = new Float32Array(1000);
  for (const i of [3, 100, 500, 700, 999]) values[i] = i % 2 === 0 ? 1.5 : -1.5;
  const { decoded } = codeOnce(values, stc(0.01));
  expect([...decoded]).toEqual([...values]);
  expect(kept(codeOnce(new Float32Array(1000).fill(-2), stc(0.01)).decoded)).toBe(10);
});

const layout = makeLayout([
  { name: 'kernel', shape: [40, 20], role: 'weight' },
  { name: 'moving', shape: [20], role: 'buffer' },
  { name: 'steps', shape: [1], role: 'counter' },
]);
const method = fedavg.create({});
const specs = method.parts(layout).up;

test('F6: a client that missed rounds downloads what it missed, and that is counted', () => {
  const options = { seed: 1, send: 'delta' as const, lattice: null, coding: coding(stc(0.05)), specs };
  const downlink = Downlink.begin(options, zeroParameters(layout));
  const links: number[] = [];
  for (let round = 0; round < 4; round++) {
    const parts = downlink.advance({ delta: gaussian(800, round), exact: {} });
    links.push(parts.reduce((sum, { payload }) => sum + payload.length, 0));
  }
  expect(downlink.deliver(3).payloadBytes).toBe(links[3]);
  expect(downlink.deliver(1).payloadBytes).toBe(links[1] + links[2] + links[3]);
});

test('F7: the magnitude of ternary values is the mean of the kept ones', () => {
  const values = gaussian(1000);
  const largest = [...values]
    .map(Math.abs)
    .sort((a, b) => b - a)
    .slice(0, 100);
  const { decoded } = codeOnce(values, stc(0.1));
  const magnitude = Math.max(...decoded);
  expect(magnitude).toBeCloseTo(largest.reduce((sum, value) => sum + value, 0) / 100, 5);
});

test('F8: encoder and decoder draw every threshold alike: all lengths around the sizes at which stages change', () => {
  for (const stages of [[{ eden: { bits: 1 } }], [{ rotate: {} }], [{ lowrank: {} }], [{ mx: {} }], [{ nf4: {} }]]) {
    for (let length = 1; length <= 140; length++) {
      const codec = createCodec(coding(stages, { scope: 'tensor' }));
      const context = contextOf(length);
      const { payload, decoded } = codec.encode(gaussian(length), context, {});
      expect(sameBits(codec.decode(payload, context), decoded)).toBe(true);
    }
  }
});

test('F9: long extents and many levels overflow nothing', () => {
  const wide = makeLayout([{ name: 'kernel', shape: [1, 40_000], role: 'weight' }]);
  const values = gaussian(40_000);
  for (const stage of [{ quantize: { bits: 16 } }, { qsgd: { levels: 30_000, norm: 'max' } }, { integers: {} }]) {
    const codec = createCodec(coding([stage], { scope: 'tensor' }));
    const context = { ...contextOf(0), layout: wide };
    const { payload, decoded, measures } = codec.encode(values, context, {});
    expect(sameBits(codec.decode(payload, context), decoded)).toBe(true);
    expect(measures.errorEnergy / measures.inputEnergy).toBeLessThan(1e-7);
  }
});

test('F10: the residual is what the decoder’s output leaves of vector and old residual, after any absence', () => {
  const codec = createCodec(coding(stc(0.05), { errorFeedback: true }));
  const first = codec.encode(gaussian(500, 1), contextOf(500, { round: 1 }), {});
  const values = gaussian(500, 2);
  const later = codec.encode(values, contextOf(500, { round: 40 }), first.state);
  const expected = values.map(
    (value, i) => Math.fround(value + (first.state.residual as Float32Array)[i]) - later.decoded[i],
  );
  expect(sameBits(later.state.residual as Float32Array, expected)).toBe(true);
});

test('F11: statistics and integers never go through a lossy codec', () => {
  expect(specs.map(({ name, coding: how }) => [name, how])).toEqual([
    ['delta', 'codec'],
    ['buffers', 'exact'],
    ['counters', 'integers'],
  ]);
});

test('F12: top-k goes by magnitude, and a tiny tensor still sends one value', () => {
  const values = gaussian(300);
  values[77] = -50;
  expect(codeOnce(values, [{ topk: { count: 1 } }]).decoded[77]).toBe(-50);
  const byTensor = createCodec(coding([{ topk: { fraction: 0.01 } }], { scope: 'tensor' }));
  expect(kept(byTensor.encode(gaussian(30), contextOf(30), {}).decoded)).toBe(3);
});

describe('F13: random numbers', () => {
  test('of codecs leave every other stream as it was', () => {
    const shuffle = (): number[] => [
      ...new RandomStream({ seed: 42, purpose: 'shuffle', round: 3, client: 7 }).shuffle(
        new Uint32Array(50).map((_, i) => i),
      ),
    ];
    const before = shuffle();
    codeOnce(gaussian(500), [{ randomk: { fraction: 0.1 } }, { quantize: { bits: 2, rounding: 'stochastic' } }]);
    expect(shuffle()).toEqual(before);
  });

  test('differ by round, client, part and stage, anagrams too', () => {
    const streams = ['codec/ab/c', 'codec/ba/c', 'codec/ab/d'].flatMap((purpose) =>
      [0, 1].flatMap((round) => [0, 1].map((client) => new RandomStream({ seed: 1, purpose, round, client }).uint32())),
    );
    expect(new Set(streams).size).toBe(12);
  });
});

describe('F14: Deep Gradient Compression', () => {
  const dgc = (clipNorm: number | null, fraction: number) =>
    createCodec(coding([{ topk: { fraction } }], { errorFeedback: { momentum: { clipNorm } } }));

  test('clipping shortens the vector as a whole and keeps its direction', () => {
    const fresh = heavyTailed(200).map((value) => value * 1e3);
    const norm = Math.sqrt(energy(fresh));
    const { decoded } = dgc(1, 1).encode(fresh, contextOf(200), {});
    expect(norm).toBeGreaterThan(2);
    expect(decoded.every((value, i) => Math.abs(value - fresh[i] / norm) < 1e-7)).toBe(true);
    // A limit that is not reached changes nothing.
    expect([...dgc(norm + 1, 1).encode(fresh, contextOf(200), {}).decoded]).toEqual([...fresh]);
  });

  test.each([{ topk: { fraction: 0.01 } }, { sidco: { fraction: 0.01 } }, { threshold: { above: 0 } }])(
    'of a one-hot vector of 10,000 one coordinate is sent: %o',
    (stage) => {
      const oneHot = new Float32Array(10_000);
      oneHot[4321] = 1;
      const codec = createCodec(coding([stage], { errorFeedback: { momentum: {} } }));
      const { decoded, payload, state } = codec.encode(oneHot, contextOf(10_000), {});
      expect([...decoded]).toEqual([...oneHot]);
      expect([...codec.support(payload, contextOf(10_000))!]).toEqual([4321]);
      // Nothing is left to send, so the next round is silent.
      const next = codec.encode(new Float32Array(10_000), contextOf(10_000, { round: 4 }), state);
      expect(kept(next.decoded)).toBe(0);
    },
  );

  test('where many tie, the wanted number is sent, and not the first in the order of positions alone', () => {
    const values = new Float32Array(10_000).fill(0.5);
    for (let i = 9000; i < 9050; i++) values[i] = 2;
    const { decoded } = dgc(null, 0.01).encode(values, contextOf(10_000), {});
    expect(kept(decoded)).toBe(100);
    expect(decoded.subarray(9000, 9050).every((value) => value === 2)).toBe(true);
  });
});

test('F15: a round without updates changes nothing, and no mean is taken of none', () => {
  expect(
    method
      .serverRound({ model: zeroParameters(layout), aggregation: mean.create({}), state: {}, seed: 1, round: 1 })
      .finish(),
  ).toBeNull();
});

test('F16: Rice codes at densities near 0 and 1', () => {
  expect(riceParameter(0.9)).toBe(0);
  expect(riceParameter(1)).toBe(0);
  expect(riceParameter(1e-9)).toBeLessThanOrEqual(31);
  expect(riceBits(new Uint32Array(0), 3)).toBe(0);
  for (const values of [new Float32Array(100), new Float32Array(100).fill(1)]) {
    const { payload, decoded, measures } = codeOnce(values, [{ topk: { fraction: 1 } }, { golomb: {} }]);
    expect([...decoded]).toEqual([...values]);
    expect(Number.isFinite(measures.entropyBytes!)).toBe(true);
    expect(payload.length).toBeLessThan(4 * 100 + 40);
  }
});

test('F17: zeros have no side: over rounds they take + and − equally often', () => {
  const values = Float32Array.of(0, 0, 1, -0);
  const sums = [0, 0, 0, 0];
  for (let round = 0; round < 10; round++) {
    codeOnce(values, [{ sign: {} }], round).decoded.forEach((value, i) => (sums[i] += Math.sign(value)));
  }
  expect(sums).toEqual([0, 0, 10, 0]);
});

test('F18: half precision neither overflows nor loses small updates', () => {
  for (const scale of [1e-12, 1e-6, 1, 1e6, 1e30]) {
    const values = heavyTailed(500).map((value) => value * scale);
    const { decoded, measures } = codeOnce(values, [{ float16: {} }]);
    expect(decoded.every((value) => Number.isFinite(value))).toBe(true);
    expect(measures.errorEnergy).toBeLessThan(1e-6 * energy(values));
  }
});

test('F19: a byte compressor sees packed symbols, never floats or packed bits', () => {
  const values = gaussian(20_000);
  const coarse = codeOnce(values, [{ quantize: { bits: 4 } }, { deflate: {} }]);
  const { measures } = coarse;
  expect(coarse.payload.length).toBeLessThan(1.25 * measures.entropyBytes!);
});
