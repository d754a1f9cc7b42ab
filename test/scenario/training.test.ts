import { describe, expect, test } from 'vitest';
import { sgd } from '../../shared/engine/engine.js';
import { resolveScenario } from '../../shared/scenario/load.js';
import type { Scenario } from '../../shared/scenario/scenario.js';
import { learningRateOf, trainingRules } from '../../shared/scenario/training/rules.js';

const withLocal = (local: object, rounds = 5): Scenario =>
  resolveScenario({
    name: 'training',
    rounds,
    dataset: { name: 'mnist' },
    model: 'mlp',
    clients: { total: 10, perRound: 2 },
    local,
  });

const rates = (local: object, rounds = 5): number[] => {
  const scenario = withLocal(local, rounds);
  return Array.from({ length: rounds }, (_, i) => learningRateOf(scenario, i + 1));
};

const near = (values: readonly number[], expected: readonly number[]): void => {
  expect(values).toHaveLength(expected.length);
  values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 12));
};

describe('schedules', () => {
  test('constant is the usual one', () => near(rates({ optimizer: { sgd: 0.2 } }), [0.2, 0.2, 0.2, 0.2, 0.2]));
  test('step', () => near(rates({ optimizer: { sgd: 1 }, schedule: { step: 2 } }), [1, 1, 0.1, 0.1, 0.01]));
  test('exponential', () => near(rates({ optimizer: { sgd: 8 }, schedule: { exponential: 0.5 } }), [8, 4, 2, 1, 0.5]));
  test('cosine ends with its final part', () => {
    near(rates({ optimizer: { sgd: 2 }, schedule: { cosine: 0 } }), [2, 1 + Math.SQRT1_2, 1, 1 - Math.SQRT1_2, 0]);
    near(rates({ optimizer: { sgd: 2 }, schedule: { cosine: 0.1 } }, 1), [2]);
  });
  test('warmup', () => near(rates({ optimizer: { sgd: 4 }, schedule: { warmup: 4 } }), [1, 2, 3, 4, 4]));
});

describe('what the engine is told', () => {
  test('plain gradient descent on cross-entropy without clipping, if nothing is said', () => {
    expect(trainingRules(withLocal({}))).toEqual({
      optimizer: sgd,
      loss: { kind: 'crossEntropy', labelSmoothing: 0 },
    });
  });

  test('every option arrives', () => {
    const local = {
      optimizer: { adamw: { learningRate: 0.002, beta1: 0.8, weightDecay: 0.1 } },
      loss: { crossEntropy: 0.1 },
      clipNorm: 3,
    };
    expect(trainingRules(withLocal(local))).toEqual({
      optimizer: { kind: 'adamw', beta1: 0.8, beta2: 0.999, epsilon: 1e-7, weightDecay: 0.1 },
      loss: { kind: 'crossEntropy', labelSmoothing: 0.1 },
      clipNorm: 3,
    });
    expect(learningRateOf(withLocal(local), 1)).toBe(0.002);
    const momentum = {
      optimizer: { sgd: { momentum: 0.9, nesterov: true, weightDecay: 0.01 } },
      loss: 'meanSquaredError',
    };
    expect(trainingRules(withLocal(momentum))).toEqual({
      optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 },
      loss: { kind: 'meanSquaredError' },
    });
  });

  test.each([
    { optimizer: { sgd: { momentum: 1 } } },
    { optimizer: { adam: { epsilon: 0 } } },
    { optimizer: 'rmsprop' },
    { loss: { crossEntropy: 1 } },
    { schedule: { step: 0 } },
    { schedule: 'exponential' },
    { clipNorm: 0 },
  ])('%j is refused', (local) => {
    expect(() => withLocal(local)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});
