import { describe, expect, test } from 'vitest';
import { fromHalfBits, halfInfinity, halvesOf } from '../../shared/codec/half.js';
import { createCodec } from '../../shared/codec/pipeline.js';
import limits from '../vectors/codec-limits.json' with { type: 'json' };
import { coding, contextOf, gaussian } from './vectors.js';

const decode = (value: Float32Array): Float32Array =>
  createCodec(coding([{ float16: {} }])).encode(value, contextOf(value.length), {}).decoded;

describe('halves', () => {
  test.each(limits.halves.filter(({ x }) => x >= 0 && !Object.is(x, -0)))('$x rounds to $half', ({ x, half }) => {
    const bits = halvesOf(Float32Array.of(x))[0];
    expect(bits === halfInfinity ? Infinity : fromHalfBits(bits)).toBe(half === 'inf' ? Infinity : Number(half));
  });

  test('every half is itself, and what lies between rounds to the nearer or to the even one', () => {
    const all = Uint16Array.from({ length: halfInfinity }, (_, bits) => bits);
    const values = Float32Array.from(all, (bits) => fromHalfBits(bits));
    expect(halvesOf(values)).toEqual(all);
    const middles = values.map((value, i) => (value + (values[i + 1] ?? 65536)) / 2);
    expect(halvesOf(middles)).toEqual(all.map((bits) => bits + (bits & 1)));
    const nearer = values.map((value, i) => value + 0.49 * ((values[i + 1] ?? 65536) - value));
    expect(halvesOf(nearer)).toEqual(all);
  });
});

describe('float16', () => {
  test('rounds as plain halves do where 65504 is the largest', () => {
    const kept = limits.halves.filter(({ x }) => Math.abs(x) <= 65504);
    const decoded = decode(Float32Array.from(kept, ({ x }) => x));
    kept.forEach(({ half }, i) => expect(decoded[i] + 0).toBe(Number(half) + 0));
  });

  test.each([1e-40, 1e-20, 1e-6, 1, 1e5, 3e38])('NMSE on a Gaussian times %f is that of halves', (factor) => {
    const value = gaussian(20_000).map((x) => Math.max(-3.4, Math.min(3.4, x)) * (factor / 3.4));
    const codec = createCodec(coding([{ float16: {} }]));
    const { measures } = codec.encode(value, contextOf(value.length), {});
    expect(Math.abs(measures.errorEnergy / measures.inputEnergy / 4.3e-8 - 1)).toBeLessThan(0.2);
  });

  test('relative errors are at most 2^−11 down to 2^−29 of the largest', () => {
    const value = Float32Array.from({ length: 30 }, (_, i) => 1.7 * 2 ** -i * (i % 2 === 0 ? 1 : -1));
    const decoded = decode(value);
    expect(decoded.every((x, i) => Math.abs(x / value[i] - 1) <= 2 ** -11)).toBe(true);
  });
});
