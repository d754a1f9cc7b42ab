import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import { contextOf } from './vectors.js';

const codec = createCodec({ errorFeedback: false, scope: 'model', stages: [{ integers: {} }] });
const through = (values: Float32Array): Float32Array => codec.encode(values, contextOf(values.length), {}).decoded;

test('multiples of any power of two come back to the bit', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: -149, max: 112 }),
      fc.array(fc.integer({ min: -32767, max: 32767 }), { minLength: 1, maxLength: 40 }),
      (exponent, multiples) => {
        const values = Float32Array.from(multiples, (integer) => integer * 2 ** exponent);
        expect([...through(values)].map((value) => value + 0)).toEqual([...values].map((value) => value + 0));
      },
    ),
  );
});

test('other values are off by half a step at most, and the step is no larger than it must be', () => {
  fc.assert(
    fc.property(fc.float32Array({ noNaN: true, noDefaultInfinity: true, minLength: 1, maxLength: 40 }), (values) => {
      const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const decoded = through(values);
      expect(values.every((value, i) => Math.abs(value - decoded[i]) <= largest / 32767)).toBe(true);
    }),
  );
});

test('the alphabet is as large as the values need', () => {
  const bytes = (values: number[]): number =>
    codec.encode(Float32Array.from(values), contextOf(values.length), {}).payload.length;
  const header = bytes([0, 0, 0, 0, 0, 0, 0, 0]);
  // −1 to 1: two bits each; −3 to 3: three bits each.
  expect(bytes([1, 0, 0, -1, 0, 0, 0, 0]) - header).toBe(2);
  expect(bytes([0.25, 0, 0, -0.75, 0, 0, 0, 0]) - header).toBe(3);
});
