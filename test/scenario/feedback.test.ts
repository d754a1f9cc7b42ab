import { describe, expect, test } from 'vitest';
import { formatScenario } from '../../shared/scenario/format.js';
import { parseScenario, resolveScenario } from '../../shared/scenario/load.js';
import { refusal, withLines } from './helpers.js';

const residual = { precision: 'float32', decay: 1 };
const momentum = { factor: 0.9, clipNorm: null };

describe('error feedback', () => {
  test.each([
    ['false', false],
    ['true', true],
    ['residual', { residual }],
    ['{ residual: { precision: float16 } }', { residual: { ...residual, precision: 'float16' } }],
    ['momentum', { momentum }],
    ['{ momentum: 0.5 }', { momentum: { ...momentum, factor: 0.5 } }],
    ['{ momentum: { clipNorm: 2 } }', { momentum: { ...momentum, clipNorm: 2 } }],
  ])('%s is resolved, and resolves to itself', (written, resolved) => {
    const { scenario } = withLines(`uplink: { errorFeedback: ${written}, stages: [topk] }`);
    expect(scenario.uplink.errorFeedback).toEqual(resolved);
    expect(resolveScenario(scenario)).toEqual(scenario);
    expect(parseScenario(formatScenario(scenario), 'again.yaml').scenario).toEqual(scenario);
  });

  test('ef21 goes with the aggregation ef21', () => {
    const { scenario } = withLines('uplink: { errorFeedback: ef21, stages: [topk] }\naggregation: ef21\n');
    expect(scenario.uplink.errorFeedback).toEqual({ ef21: {} });
    expect(scenario.aggregation).toEqual({ ef21: { learningRate: 1 } });
    expect(resolveScenario(scenario)).toEqual(scenario);
  });

  test('signSGD: its preset goes with the aggregation majority', () => {
    const { scenario } = withLines('uplink: signsgd\naggregation: { majority: 0.01 }\n');
    expect(scenario.uplink).toEqual({ errorFeedback: false, scope: 'model', stages: [{ sign: { scale: 'none' } }] });
    expect(scenario.aggregation).toEqual({ majority: { learningRate: 0.01 } });
  });

  test('settings lead into it', () => {
    const set = (...settings: string[]) =>
      withLines('uplink: { errorFeedback: true, stages: [topk] }', settings).scenario.uplink.errorFeedback;
    expect(set('uplink.errorFeedback.momentum.factor=0.5')).toEqual({ momentum: { ...momentum, factor: 0.5 } });
    expect(set('uplink.errorFeedback=residual', 'uplink.errorFeedback.residual.decay=0.9')).toEqual({
      residual: { ...residual, decay: 0.9 },
    });
    expect(set('uplink.errorFeedback=false')).toBe(false);
  });

  test.each([
    ['yes', 'names the error feedback "yes", which does not exist. Known here: residual, momentum, ef21.'],
    ['residul', "Did you mean 'residual'?"],
    ['1', 'uplink.errorFeedback is 1. It must be true, false or one of residual, momentum, ef21.'],
    ['{ momentum: { factor: 1 } }', 'uplink.errorFeedback.momentum.factor is 1. It must be less than 1.'],
    ['{ residual: { precison: float16 } }', 'has no key "precison". Did you mean \'precision\'?'],
  ])('%s is refused with what would be right', (written, message) => {
    expect(refusal(() => withLines(`uplink: { errorFeedback: ${written}, stages: [topk] }`))).toContain(message);
  });
});

test.each([
  [
    'uplink: { errorFeedback: ef21, stages: [topk] }',
    "aggregation is mean, but the uplink's error feedback sends changes of an estimate",
  ],
  ['aggregation: ef21', 'Write errorFeedback: ef21 for the uplink, or another aggregation.'],
  [
    'downlink: { errorFeedback: ef21, stages: [topk] }',
    'downlink.errorFeedback sends changes of an estimate, which clients that are seldom drawn would have to keep.',
  ],
  ['method: fetchsgd\naggregation: majority', 'aggregation is majority, which the method fetchsgd has no use for.'],
  ['method: { fetchsgd: { columns: 80, count: 11 } }', 'count must be at most an eighth of columns'],
  [
    'downlink: { stages: [{ qsgd: { adapt: dadaquant } }] }',
    'downlink.stages.0 has levels that adapt, which only the uplink can. Leave adapt out.',
  ],
])('%s contradicts itself', (lines, message) => {
  expect(refusal(() => withLines(`${lines}\n`))).toContain(message);
});
