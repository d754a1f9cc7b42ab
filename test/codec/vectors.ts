import type { CodecContext } from '../../shared/codec/codec.js';
import type { Coding } from '../../shared/codec/pipeline.js';
import { maxFloat } from '../../shared/codec/value.js';
import { makeLayout, type Layout } from '../../shared/params/layout.js';
import { RandomStream } from '../../shared/util/random.js';
import type { Choice } from '../../shared/util/registry.js';

/** A layout of three tensors, one with two extents where the length allows, that hold `length` floats together. */
export const layoutOf = (length: number): Layout => {
  const first = Math.floor(length / 2);
  const rows = Math.floor((length - first) / 2);
  return makeLayout([
    { name: 'a', shape: [first], role: 'weight' },
    { name: 'b', shape: [rows, 2], role: 'weight' },
    { name: 'steps', shape: [2], role: 'counter' },
    { name: 'c', shape: [length - first - 2 * rows], role: 'buffer' },
  ]);
};

export const contextOf = (length: number, key: Partial<CodecContext['key']> = {}): CodecContext => ({
  key: { seed: 42, round: 3, client: 7, part: 'delta', ...key },
  layout: layoutOf(length),
});

export const coding = (
  stages: readonly Choice[],
  { errorFeedback = false, scope = 'model' }: Partial<Omit<Coding, 'stages'>> = {},
): Coding => ({ errorFeedback, scope, stages });

/** Independent standard normal numbers. */
export const gaussian = (length: number, seed = 1): Float32Array => {
  const random = new RandomStream({ seed, purpose: 'test/gaussian' });
  return Float32Array.from({ length }, () => random.normal());
};

/** Like a real update: few coordinates hold most of the energy. */
export const heavyTailed = (length: number, seed = 1): Float32Array => {
  const random = new RandomStream({ seed, purpose: 'test/heavy' });
  return Float32Array.from({ length }, () => 1e-3 * random.normal() * Math.exp(1.5 * random.normal()));
};

const filled = (length: number, value: (i: number) => number): Float32Array =>
  Float32Array.from({ length }, (_, i) => value(i));

/** Vectors that break codecs, by name. */
export const specialVectors: Readonly<Record<string, Float32Array>> = {
  'no coordinate': new Float32Array(0),
  'one coordinate': Float32Array.of(-0.75),
  'one zero': Float32Array.of(0),
  'two coordinates': Float32Array.of(1, -3),
  zeros: new Float32Array(100),
  'negative zeros': filled(77, () => -0),
  'all equal': filled(100, () => 0.3),
  'all ties with signs': filled(101, (i) => (i % 3 === 0 ? -2 : 2)),
  'one-hot': filled(257, (i) => (i === 200 ? 5 : 0)),
  'two spikes': filled(128, (i) => (i === 3 ? 1 : i === 90 ? -1 : 0)),
  'fewer non-zeros than k': filled(1000, (i) => (i % 250 === 9 ? i - 500 : 0)),
  denormals: filled(100, (i) => (i - 50) * 1.4e-45),
  'denormals and one large': filled(100, (i) => (i === 40 ? 1e30 : (i - 50) * 1e-44)),
  'greatest floats': filled(65, (i) => (i % 2 === 0 ? maxFloat : -maxFloat)),
  'greatest and least': filled(63, (i) => (i % 3 === 0 ? maxFloat : i % 3 === 1 ? -1.4e-45 : 0)),
  'gaussian, 63': gaussian(63),
  'gaussian, 64': gaussian(64),
  'gaussian, 65': gaussian(65),
  'gaussian, 1000': gaussian(1000),
  'heavy tails, 1023': heavyTailed(1023),
  'far from zero': filled(300, (i) => 1000 + Math.sin(i)),
};

export const energy = (values: Float32Array): number => values.reduce((sum, value) => sum + value * value, 0);

export const squaredDistance = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0);

/** The two arrays hold the same bits: zeros have the same sign, too. */
export const sameBits = (a: Float32Array, b: Float32Array): boolean =>
  a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
