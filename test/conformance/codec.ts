import { describe, expect, test } from 'vitest';
import type { Codec, CodecContext, Encoded } from '../../shared/codec/codec.js';
import { createCodec, type Coding } from '../../shared/codec/pipeline.js';
import { stages } from '../../shared/codec/stages/index.js';
import { maxFloat } from '../../shared/codec/value.js';
import { CodedError } from '../../shared/util/errors.js';
import { RandomStream } from '../../shared/util/random.js';
import {
  contextOf,
  energy,
  gaussian,
  heavyTailed,
  sameBits,
  specialVectors,
  squaredDistance,
} from '../codec/vectors.js';
import { codeOf } from '../support/refusal.js';

/** What every codec must hold, whatever its stages. */

const roughly = (actual: number, expected: number): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(Math.abs(expected), 1e-300));

const hasCoder = (coding: Coding): boolean => coding.stages.some((choice) => stages.chosen(choice)[0].role === 'coder');

const checkMeasures = (coding: Coding, value: Float32Array, { payload, decoded, measures }: Encoded): void => {
  expect(measures.payloadBytes).toBe(payload.length);
  expect(measures.valueBytes).toBeLessThanOrEqual(payload.length);
  expect(Number.isSafeInteger(measures.valueBytes) && Number.isSafeInteger(measures.naiveBytes)).toBe(true);
  expect(measures.entropyBytes === null).toBe(!hasCoder(coding));
  roughly(measures.freshEnergy, energy(value));
  roughly(measures.inputEnergy, energy(value));
  roughly(measures.errorEnergy, squaredDistance(value, decoded));
  roughly(measures.freshErrorEnergy, squaredDistance(value, decoded));
};

const checkFold = (coding: Coding, payload: Uint8Array, decoded: Float32Array, context: CodecContext): void => {
  const accumulator = Float64Array.from({ length: decoded.length }, (_, i) => i / 7);
  createCodec(coding).fold(payload, 0.375, accumulator, context);
  expect(decoded.every((value, i) => accumulator[i] === i / 7 + 0.375 * value)).toBe(true);
};

const checkSupport = (coding: Coding, payload: Uint8Array, decoded: Float32Array, context: CodecContext): void => {
  const support = createCodec(coding).support(payload, context);
  if (support === null) return;
  expect(support.every((position, i) => i === 0 || position > support[i - 1])).toBe(true);
  const outside = decoded.slice();
  for (const position of support) outside[position] = 0;
  expect(outside.every((value) => Object.is(value, 0))).toBe(true);
};

const checkVector = (coding: Coding, value: Float32Array): void => {
  const context = contextOf(value.length);
  const before = value.slice();
  const encoded = createCodec(coding).encode(value, context, {});
  expect(sameBits(value, before)).toBe(true);
  const { payload, decoded, state } = encoded;
  const other = createCodec(coding);
  expect(sameBits(other.decode(payload, context), decoded)).toBe(true);
  expect(decoded.every((number) => Number.isFinite(number))).toBe(true);
  expect(payload.length).toBeLessThanOrEqual(other.maxBytes(context.layout));
  expect(other.encode(value, context, {}).payload).toEqual(payload);
  checkMeasures(coding, value, encoded);
  checkFold(coding, payload, decoded, context);
  checkSupport(coding, payload, decoded, context);
  if (value.every((number) => number === 0)) expect(decoded.every((number) => number === 0)).toBe(true);
  // What other strategies keep is their own tests' business.
  if (typeof coding.errorFeedback === 'boolean') {
    expect(Object.keys(state)).toEqual(coding.errorFeedback ? ['residual'] : []);
  }
};

/** Rounds of error feedback: the residual is what decoding left, to float32's rounding, and sums telescope. */
const checkErrorFeedback = (coding: Coding): void => {
  const codec = createCodec(coding);
  const length = 500;
  let state = {};
  const sent = new Float64Array(length);
  const wanted = new Float64Array(length);
  let residual: Float32Array = new Float32Array(length);
  for (let round = 0; round < 5; round++) {
    const value = heavyTailed(length, round);
    const before = residual.slice();
    const encoded = codec.encode(value, contextOf(length, { round }), state);
    expect(sameBits(residual, before)).toBe(true);
    const accumulated = value.map((number, i) => number + before[i]);
    residual = encoded.state.residual as Float32Array;
    const inBounds = accumulated.every((number, i) => {
      const [decoded, left] = [encoded.decoded[i], residual[i]];
      sent[i] += decoded;
      wanted[i] += value[i];
      return Math.abs(decoded + left - number) <= 2 ** -23 * Math.max(Math.abs(decoded), Math.abs(left));
    });
    expect(inBounds).toBe(true);
    roughly(encoded.measures.inputEnergy, energy(accumulated));
    roughly(encoded.measures.errorEnergy, squaredDistance(accumulated, encoded.decoded));
    roughly(encoded.measures.freshErrorEnergy, squaredDistance(value, encoded.decoded));
    state = encoded.state;
  }
  const scale = Math.sqrt(wanted.reduce((sum, number) => sum + number * number, 0));
  expect(sent.every((number, i) => Math.abs(number + residual[i] - wanted[i]) < 1e-4 * scale)).toBe(true);
};

/** The code of the refusal; undefined where the payload was taken and gave finite numbers. */
const refusal = (codec: Codec, payload: Uint8Array, context: CodecContext): string | undefined => {
  let values;
  try {
    values = codec.decode(payload, context);
  } catch (error) {
    if (error instanceof CodedError && error.code.startsWith('codec/')) return error.code;
    throw error;
  }
  if (values.length === context.layout.floats && values.every((value) => Number.isFinite(value))) return undefined;
  throw new Error('A damaged payload gave a vector of a wrong length or with numbers that are not finite.');
};

const headerLength = ({ stages }: Coding): number => 10 + stages.length;

const checkTruncations = (codec: Codec, payload: Uint8Array, context: CodecContext): void => {
  for (let length = 0; length < payload.length; length++) {
    if (refusal(codec, payload.subarray(0, length), context) === undefined) expect.fail(`cut to ${length} bytes`);
  }
  expect(refusal(codec, Uint8Array.of(...payload, 0), context)).toBeDefined();
};

const checkBitFlips = (codec: Codec, payload: Uint8Array, header: number, context: CodecContext): void => {
  for (let bit = 0; bit < 8 * payload.length; bit++) {
    const damaged = payload.slice();
    damaged[bit >>> 3] ^= 1 << (bit & 7);
    const code = refusal(codec, damaged, context);
    if (bit < 8 * header && code === undefined) expect.fail(`bit ${bit} of the header`);
  }
};

const checkRandomBytes = (codec: Codec, payload: Uint8Array, header: number, context: CodecContext): void => {
  const random = new RandomStream({ seed: 9, purpose: 'test/hostile' });
  for (let trial = 0; trial < 200; trial++) {
    const bytes = Uint8Array.from({ length: random.below(2 * payload.length + 1) }, () => random.below(256));
    if (refusal(codec, bytes, context) === undefined) expect.fail('random bytes were taken');
    // A true header makes the rest be read.
    bytes.set(payload.subarray(0, Math.min(header, bytes.length)));
    refusal(codec, bytes, context);
  }
};

const checkRefusals = (coding: Coding): void => {
  const codec = createCodec(coding);
  const context = contextOf(50);
  for (const bad of [NaN, Infinity, -Infinity]) {
    const value = gaussian(50);
    value[31] = bad;
    expect(() => codec.encode(value, context, {})).toThrowError(/index 31/);
    expect(codeOf(() => codec.encode(value, context, {}))).toBe('codec/not-finite');
  }
  expect(codeOf(() => codec.encode(gaussian(49), context, {}))).toBe('codec/wrong-size');
  const { payload } = codec.encode(gaussian(50), context, {});
  expect(codeOf(() => codec.decode(payload, contextOf(52)))).toBe('codec/wrong-layout');
  expect(codeOf(() => codec.fold(payload, 1, new Float64Array(49), context))).toBe('codec/wrong-size');
  const others: Coding = { ...coding, stages: [{ threshold: { above: 0.123 } }] };
  expect(codeOf(() => createCodec(others).decode(payload, context))).toBe('codec/wrong-stages');
  const scope = coding.scope === 'model' ? 'tensor' : 'model';
  expect(codeOf(() => createCodec({ ...coding, scope }).decode(payload, context))).toBe('codec/wrong-stages');
};

export interface CodecCase {
  readonly name: string;
  readonly coding: Coding;
}

/** Runs the suite on one codec. */
export const describeCodec = ({ name, coding }: CodecCase): void => {
  describe(name, () => {
    test.each(Object.entries(specialVectors))('round trip of %s', (_, value) => checkVector(coding, value));

    if (coding.errorFeedback === true) test('error feedback', () => checkErrorFeedback(coding));

    test('what it refuses to encode, fold or decode', () => checkRefusals(coding));

    test('hostile bytes: truncated, damaged, random', () => {
      const context = contextOf(90);
      for (const value of [heavyTailed(90), new Float32Array(90).fill(0.5, 20, 22)]) {
        const codec = createCodec(coding);
        const { payload } = codec.encode(value, context, {});
        checkTruncations(codec, payload, context);
        checkBitFlips(codec, payload, headerLength(coding), context);
        checkRandomBytes(codec, payload, headerLength(coding), context);
      }
    });

    test('saturates where it would overflow', () => {
      const value = new Float32Array(1000).fill(maxFloat);
      const { decoded } = createCodec(coding).encode(value, contextOf(1000), {});
      expect(decoded.every((number) => Math.abs(number) <= maxFloat)).toBe(true);
      // A rotation can't hold so long a vector, but its direction stays.
      expect(decoded.reduce((sum, number) => sum + number, 0)).toBeGreaterThanOrEqual(0);
    });
  });
};
