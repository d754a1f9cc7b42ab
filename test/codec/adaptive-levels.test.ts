import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  adaptationOf,
  clientLevels,
  equalVariance,
  firstLevels,
  mostLevels,
  nextLevels,
  type Adaptation,
} from '../../shared/codec/adaptive-levels.js';
import { createCodec } from '../../shared/codec/pipeline.js';
import { resolveChoices } from '../../shared/codec/stage.js';
import { coding, contextOf, gaussian, sameBits } from './vectors.js';

const adaquantfl: Adaptation = { rule: 'adaquantfl', levels: 4, patience: 10 };
const dadaquant: Adaptation = { rule: 'dadaquant', levels: 2, patience: 3 };

const levelsAfter = (adaptation: Adaptation, losses: readonly number[]): number[] => {
  let state = firstLevels(adaptation);
  return losses.map((loss) => (state = nextLevels(adaptation, state, loss)).level);
};

test('AdaQuantFL: levels go with the root of first loss over last loss', () => {
  expect(levelsAfter(adaquantfl, [2, 2, 0.5, 8, 0.02])).toEqual([4, 4, 8, 2, 40]);
  expect(levelsAfter(adaquantfl, [1, 0, 1e30])).toEqual([4, mostLevels, 1]);
  expect(levelsAfter(adaquantfl, [0, 0])).toEqual([4, 4]);
});

test('DAdaQuant: levels double where the running loss is not below that of so many rounds ago', () => {
  // Falls for ever: never. Stays: after the first `patience` rounds, and again so many later.
  expect(levelsAfter(dadaquant, [9, 8, 7, 6, 5, 4, 3, 2])).toEqual([2, 2, 2, 2, 2, 2, 2, 2]);
  expect(levelsAfter(dadaquant, [1, 1, 1, 1, 1, 1, 1, 1])).toEqual([2, 2, 2, 4, 4, 4, 8, 8]);
  expect(levelsAfter({ ...dadaquant, levels: 30_000 }, [1, 1, 1, 1])).toEqual([30_000, 30_000, 30_000, mostLevels]);
});

test('DAdaQuant: the variance of the weighted mean stays, the sum of levels does not grow, and goes as w^(2/3)', () => {
  const cohorts = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(cohorts, fc.integer({ min: 1, max: 1000 }), (samples, level) => {
      const levels = equalVariance(level, samples);
      const total = samples.reduce((sum, count) => sum + count, 0);
      const variance = (of: (i: number) => number): number =>
        samples.reduce((sum, count, i) => sum + (count / total / of(i)) ** 2, 0);
      expect(variance((i) => levels[i]) / variance(() => level)).toBeCloseTo(1, 9);
      const sum = levels.reduce((all, one) => all + one, 0);
      expect(sum).toBeLessThanOrEqual(level * samples.length * (1 + 1e-9));
      const unit = levels[0] / samples[0] ** (2 / 3);
      levels.forEach((one, i) => expect(one / samples[i] ** (2 / 3) / unit).toBeCloseTo(1, 9));
    }),
  );
  expect(clientLevels(dadaquant, { level: 4, firstLoss: null, running: [] }, [10, 10, 10])).toEqual([4, 4, 4]);
  expect(clientLevels(dadaquant, { level: 1, firstLoss: null, running: [] }, [1, 100_000, 0])).toEqual([1, 1, 1]);
  expect(clientLevels(dadaquant, { level: 3, firstLoss: null, running: [] }, [0, 0])).toEqual([3, 3]);
  expect(clientLevels(adaquantfl, { level: 4.6, firstLoss: 1, running: [] }, [1, 7])).toEqual([5, 5]);
});

test('what a coding asks for is found in its stages', () => {
  const found = (stage: object) =>
    adaptationOf(resolveChoices([{ topk: {} }, { qsgd: { ...stage } }, { entropy: {} }]));
  expect(found({})).toBeNull();
  expect(adaptationOf([])).toBeNull();
  expect(found({ adapt: 'dadaquant', levels: 3, patience: 5 })).toEqual({ rule: 'dadaquant', levels: 3, patience: 5 });
});

test('the payload says its levels: it is decoded without the hint, finer with more of them', () => {
  const codec = createCodec(coding([{ qsgd: { adapt: 'adaquantfl', levels: 5 } }, { entropy: {} }]));
  const values = gaussian(5000);
  const errors = [undefined, 2, 20, mostLevels].map((levels) => {
    const context = { ...contextOf(5000), hints: levels === undefined ? {} : { levels } };
    const { payload, decoded, measures } = codec.encode(values, context, {});
    expect(sameBits(codec.decode(payload, contextOf(5000)), decoded)).toBe(true);
    return measures.errorEnergy;
  });
  const [first, coarse, fine, finest] = errors;
  expect(coarse).toBeGreaterThan(first);
  expect(first).toBeGreaterThan(fine);
  expect(fine).toBeGreaterThan(100 * finest);
});

test('a payload with no levels, or more than there can be, is refused', () => {
  const codec = createCodec(coding([{ qsgd: { adapt: 'adaquantfl' } }]));
  const { payload } = codec.encode(gaussian(10), contextOf(10), {});
  const at = 10 + 1;
  for (const levels of [0, 32768, 65535]) {
    const damaged = payload.slice();
    damaged.set([levels & 255, levels >>> 8], at);
    expect(() => codec.decode(damaged, contextOf(10))).toThrowError(`There are ${levels} levels.`);
  }
});
