import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CodecState } from '../../shared/codec/codec.js';
import type { FeedbackChoice } from '../../shared/codec/feedback/feedback.js';
import { fromHalves, toHalves } from '../../shared/codec/feedback/halves.js';
import { feedbackStrategies } from '../../shared/codec/feedback/index.js';
import { createCodec } from '../../shared/codec/pipeline.js';
import type { Choice } from '../../shared/util/registry.js';
import { describeCodec } from '../conformance/codec.js';
import { contextOf, energy, gaussian, heavyTailed, sameBits, squaredDistance } from './vectors.js';

const chains: Readonly<Record<string, readonly Choice[]>> = {
  'top 5 %, ternary': [{ topk: { fraction: 0.05 } }, { ternary: {} }, { golomb: {} }],
  'top 5 %, float32': [{ topk: { fraction: 0.05 } }],
  'all but one': [{ topk: { count: 299 } }, { quantize: { bits: 8 } }],
  '3 bits': [{ quantize: { bits: 3, rounding: 'stochastic' } }],
  'random 10 %': [{ randomk: { fraction: 0.1, scale: 'none' } }],
  'no stage': [],
};
const length = 300;

const roughly = (actual: number, expected: number): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-9 * Math.max(expected, 1e-300));

interface Step {
  readonly fresh: Float32Array;
  readonly before: CodecState;
  readonly after: CodecState;
  readonly decoded: Float32Array;
  readonly measures: ReturnType<ReturnType<typeof createCodec>['encode']>['measures'];
}

const copyOf = (state: CodecState): CodecState =>
  Object.fromEntries(Object.entries(state).map(([name, vector]) => [name, vector.slice()]));

/** Codes vectors one after the other, each with the state that the one before left. */
const steps = (
  errorFeedback: FeedbackChoice,
  stages: readonly Choice[],
  vectors: readonly Float32Array[],
  scope: 'model' | 'tensor' = 'model',
): Step[] => {
  const codec = createCodec({ errorFeedback, scope, stages });
  let state: CodecState = {};
  return vectors.map((fresh, round) => {
    const before = copyOf(state);
    const given = fresh.slice();
    const { decoded, measures, state: after } = codec.encode(fresh, contextOf(fresh.length, { round }), state);
    expect(sameBits(fresh, given)).toBe(true);
    expect(state).toEqual(before);
    state = after;
    return { fresh, before, after, decoded, measures };
  });
};

const updates = (count: number): Float32Array[] => Array.from({ length: count }, (_, i) => heavyTailed(length, i + 1));
const floats = (state: CodecState, name: string): Float32Array =>
  (state[name] ?? new Float32Array(length)) as Float32Array;
const plus = (a: Float32Array, b: Float32Array): Float32Array => a.map((value, i) => value + b[i]);

/** |decoded + residual − input| ≤ 2^−23 max(|decoded|, |residual|). */
const expectResidualLaw = (input: Float32Array, decoded: Float32Array, residual: Float32Array): void => {
  for (let i = 0; i < input.length; i++) {
    const bound = 2 ** -23 * Math.max(Math.abs(decoded[i]), Math.abs(residual[i]));
    expect(Math.abs(decoded[i] + residual[i] - input[i])).toBeLessThanOrEqual(bound);
  }
};

describe.each(Object.entries(chains))('residual, %s', (_, stages) => {
  test.each(['model', 'tensor'] as const)(
    'is what the decoder leaves of vector and old residual, scope %s',
    (scope) => {
      for (const { fresh, before, after, decoded, measures } of steps(true, stages, updates(6), scope)) {
        const input = plus(fresh, floats(before, 'residual'));
        const left = floats(after, 'residual');
        expectResidualLaw(input, decoded, left);
        for (let i = 0; i < length; i++) {
          // Exact where nothing was sent and where everything was.
          if (decoded[i] === 0) expect(left[i]).toBe(input[i]);
          if (decoded[i] === input[i]) expect(left[i]).toBe(0);
        }
        roughly(measures.freshEnergy, energy(fresh));
        roughly(measures.inputEnergy, energy(input));
        roughly(measures.errorEnergy, squaredDistance(input, decoded));
        roughly(measures.freshErrorEnergy, squaredDistance(fresh, decoded));
      }
    },
  );

  test('with decay the old residual is multiplied by it before it is added', () => {
    for (const { fresh, before, after, decoded } of steps({ residual: { decay: 0.5 } }, stages, updates(5))) {
      const input = plus(
        fresh,
        floats(before, 'residual').map((value) => value / 2),
      );
      expectResidualLaw(input, decoded, floats(after, 'residual'));
    }
  });

  test('as halves it is off by at most 2^−11 of itself or 2^−40 of the largest', () => {
    for (const { fresh, before, after, decoded } of steps({ residual: { precision: 'float16' } }, stages, updates(6))) {
      expect(after['residual']).toBeInstanceOf(Uint16Array);
      const input = plus(fresh, halvesOf(before));
      const exact = input.map((value, i) => value - decoded[i]);
      const largest = Math.max(...exact.map(Math.abs));
      halvesOf(after).forEach((kept, i) => {
        const bound = Math.max(2 ** -11 * Math.abs(exact[i]), 2 ** -40 * largest);
        expect(Math.abs(kept - exact[i])).toBeLessThanOrEqual(bound);
      });
    }
  });
});

const halvesOf = (state: CodecState): Float32Array =>
  state['residual'] === undefined
    ? new Float32Array(length)
    : fromHalves({ halves: state['residual'] as Uint16Array, scale: state['residualScale'] as Float32Array });

test('halves of any finite floats are within their bound and finite', () => {
  const vectors = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 20 });
  fc.assert(
    fc.property(vectors, (numbers) => {
      const values = Float32Array.from(numbers);
      const largest = Math.max(0, ...values.map(Math.abs));
      return fromHalves(toHalves(values)).every((value, i) => {
        const bound = Math.max(2 ** -11 * Math.abs(values[i]), 2 ** -40 * largest);
        return Number.isFinite(value) && Math.abs(value - values[i]) <= bound;
      });
    }),
    { numRuns: 500 },
  );
  const extremes = Float32Array.of(3.4028234663852886e38, -3.4028234663852886e38, 1, 1.4e-45, -0);
  expect([...fromHalves(toHalves(extremes))]).toEqual([extremes[0], extremes[1], 0, 0, 0]);
  expect([...fromHalves(toHalves(Float32Array.of(1.4e-45, -2.8e-45)))]).toEqual([
    Math.fround(1.4e-45),
    -Math.fround(2.8e-45),
  ]);
});

test('energies keep their digits when next to nothing is left, and when next to nothing is sent', () => {
  for (const count of [1, 50, 295, 299, 300]) {
    const input = heavyTailed(length, 3);
    const { measures, decoded } = createCodec({
      errorFeedback: true,
      scope: 'model',
      stages: [{ topk: { count } }, { float16: {} }],
    }).encode(input, contextOf(length), {});
    roughly(measures.errorEnergy, squaredDistance(input, decoded));
  }
});

describe('momentum (Deep Gradient Compression)', () => {
  const options = { momentum: { factor: 0.7, clipNorm: 0.02 } };

  test.each(Object.entries(chains))('velocity adds up until it is sent, then it is masked: %s', (_, stages) => {
    const all = steps(options, stages, updates(8));
    for (const { fresh, before, after, decoded, measures } of all) {
      const norm = Math.sqrt(energy(fresh));
      const shrink = Math.min(1, 0.02 / norm);
      const velocity = floats(before, 'velocity').map((speed, i) => Math.fround(0.7 * speed + shrink * fresh[i]));
      const input = plus(floats(before, 'residual'), velocity);
      expectResidualLaw(input, decoded, floats(after, 'residual'));
      const masked = velocity.map((speed, i) => (decoded[i] === 0 ? speed : 0));
      expect([...floats(after, 'velocity')]).toEqual([...masked]);
      roughly(measures.inputEnergy, energy(input));
      roughly(measures.errorEnergy, squaredDistance(input, decoded));
      roughly(measures.freshErrorEnergy, squaredDistance(fresh, decoded));
    }
    expect(all.some(({ fresh }) => Math.sqrt(energy(fresh)) > 0.02)).toBe(true);
  });

  test('what is sent exactly is gone from residual and velocity', () => {
    for (const { decoded, after } of steps({ momentum: {} }, chains['top 5 %, float32'], updates(4))) {
      const sent = [...decoded.keys()].filter((i) => decoded[i] !== 0);
      expect(sent).toHaveLength(15);
      for (const i of sent) expect([floats(after, 'residual')[i], floats(after, 'velocity')[i]]).toEqual([0, 0]);
    }
  });

  test('with factor 0 and no clipping it is the residual', () => {
    const [plain, heavy] = [true, { momentum: { factor: 0 } }].map((how) => steps(how, chains['3 bits'], updates(5)));
    plain.forEach(({ decoded }, i) => expect(sameBits(decoded, heavy[i].decoded)).toBe(true));
  });
});

describe('EF21', () => {
  test.each(Object.entries(chains))(
    'what is sent is added to the estimate, which is what is coded against: %s',
    (_, stages) => {
      for (const { fresh, before, after, decoded, measures } of steps({ ef21: {} }, stages, updates(6))) {
        const estimate = floats(before, 'estimate');
        const input = fresh.map((value, i) => value - estimate[i]);
        expect([...floats(after, 'estimate')]).toEqual([...plus(estimate, decoded)]);
        roughly(measures.inputEnergy, energy(input));
        roughly(measures.errorEnergy, squaredDistance(input, decoded));
        expect(measures.freshErrorEnergy).toBe(measures.errorEnergy);
      }
    },
  );

  test('the estimate of a vector that stays comes to it, at the rate of the contraction 1 − k/d', () => {
    const vector = gaussian(length);
    const all = steps(
      { ef21: {} },
      [{ topk: { count: 30 } }],
      Array.from({ length: 10 }, () => vector),
    );
    let bound = energy(vector);
    for (const { after } of all) {
      bound *= 1 - 30 / length;
      expect(squaredDistance(vector, floats(after, 'estimate'))).toBeLessThanOrEqual(bound);
    }
    expect([...floats(all.at(-1)!.after, 'estimate')]).toEqual([...vector]);
  });
});

test.each(feedbackStrategies.all)('$name refuses states of another length and says what it keeps', (strategy) => {
  const codec = createCodec({ errorFeedback: { [strategy.name]: {} }, scope: 'model', stages: [] });
  const { state } = codec.encode(gaussian(100), contextOf(100), {});
  expect(Object.keys(state).length).toBeGreaterThan(0);
  expect(() => codec.encode(gaussian(98), contextOf(98), state)).toThrowError(/100/);
  for (const text of [strategy.summary, strategy.memory, strategy.paper]) expect(text).toMatch(/\S/);
  for (const field of Object.values(strategy.options.shape)) {
    expect((field as { description?: string }).description).toMatch(/\S/);
  }
});

test('a residual of another precision is refused', () => {
  const [whole, half] = ['float32', 'float16'].map((precision) =>
    createCodec({ errorFeedback: { residual: { precision } }, scope: 'model', stages: [{ topk: {} }] }),
  );
  const value = gaussian(100);
  for (const [one, other] of [
    [half, whole],
    [whole, half],
  ]) {
    const { state } = one.encode(value, contextOf(100), {});
    expect(() => other.encode(value, contextOf(100), state)).toThrowError(/residual/);
  }
});

test('every file of a strategy is registered under its name', () => {
  const helpers = ['feedback', 'halves', 'index', 'none', 'state-vector', 'take-away'];
  const files = readdirSync(new URL('../../shared/codec/feedback', import.meta.url)).map((file) =>
    file.replace('.ts', ''),
  );
  expect(feedbackStrategies.all.map(({ name }) => name).sort()).toEqual(
    files.filter((file) => !helpers.includes(file)).sort(),
  );
});

for (const errorFeedback of [{ residual: { precision: 'float16' } }, { momentum: {} }, { ef21: {} }]) {
  const stages = [{ topk: { fraction: 0.1 } }, { quantize: { bits: 8 } }, { entropy: {} }];
  describeCodec({ name: JSON.stringify(errorFeedback), coding: { errorFeedback, scope: 'model', stages } });
}
