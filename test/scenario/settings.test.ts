import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applySettings, parseSetting } from '../../shared/scenario/settings.js';
import { CodedError } from '../../shared/util/errors.js';
import { refusal, withLines } from './helpers.js';

describe('settings', () => {
  test('a value is YAML', () => {
    expect(parseSetting('rounds=5').value).toBe(5);
    expect(parseSetting('evaluate.targets=[0.9, 0.95]').value).toEqual([0.9, 0.95]);
    expect(parseSetting('uplink={ stages: [float16] }').value).toEqual({ stages: ['float16'] });
    expect(parseSetting('network=null').value).toBeNull();
    expect(parseSetting('network=').value).toBeNull();
    expect(parseSetting('dataset.folder=a=b').value).toBe('a=b');
  });

  test('what was set is what stands there, and nothing else changes', () => {
    const step = fc.constantFrom('a', 'b', 'c');
    const document = fc.dictionary(step, fc.dictionary(step, fc.integer()));
    fc.assert(
      fc.property(document, step, step, fc.integer(), (before, outer, inner, value) => {
        const kept = structuredClone(before);
        const after = applySettings(before, [`${outer}.${inner}=${value}`]) as typeof before;
        expect(before).toEqual(kept);
        expect(after[outer][inner]).toBe(value);
        expect({ ...after, [outer]: { ...after[outer], [inner]: 0 } }).toEqual({
          ...before,
          [outer]: { ...before[outer], [inner]: 0 },
        });
      }),
    );
  });

  test('the scenario is resolved with them, the last one wins', () => {
    const { scenario } = withLines('', ['local.batchSize=32', 'seed=1', 'seed=2', 'stop.accuracy=0.9']);
    expect(scenario.local.batchSize).toBe(32);
    expect(scenario.seed).toBe(2);
    expect(scenario.stop.accuracy).toBe(0.9);
  });

  test('they lead into presets, names and short forms', () => {
    const { scenario } = withLines('', ['uplink=stc', 'uplink.stages.0.topk.fraction=0.02']);
    expect(scenario.uplink).toEqual(withLines('uplink: stc\n', ['uplink.stages.0.topk=0.02']).scenario.uplink);
    expect(scenario.uplink.errorFeedback).toBe(true);
    expect(scenario.uplink.stages[0]).toMatchObject({ topk: { fraction: 0.02 } });
    const short = withLines('uplink: { stages: [{ quantize: 4 }] }\n', [
      'uplink.stages.0.quantize.rounding=stochastic',
    ]);
    expect(short.scenario.uplink.stages[0]).toMatchObject({ quantize: { bits: 4, rounding: 'stochastic' } });
    const named = withLines('', ['local.optimizer.sgd.learningRate=0.5', 'dataset.partition.dirichlet.alpha=0.1']);
    expect(named.scenario.local.optimizer['sgd']['learningRate']).toBe(0.5);
    expect(named.scenario.dataset.partition).toMatchObject({ dirichlet: { alpha: 0.1 } });
  });

  test('naming another plug-in replaces the one that was chosen', () => {
    const { scenario } = withLines('uplink: { stages: [topk, float16] }\n', ['uplink.stages.0.randomk.fraction=0.02']);
    expect(scenario.uplink.stages[0]).toEqual({ randomk: expect.objectContaining({ fraction: 0.02 }) });
  });

  test('a stage can be added at the end, and a downlink with stages sends differences', () => {
    expect(withLines('', ['downlink.stages.0.quantize.bits=4']).scenario.downlink).toMatchObject({
      send: 'delta',
      stages: [{ quantize: { bits: 4 } }],
    });
    const added = withLines('uplink: { stages: [topk] }\n', ['uplink.stages.1=float16']).scenario.uplink.stages;
    expect(added.map((stage) => Object.keys(stage)[0])).toEqual(['topk', 'float16']);
  });

  test.each([
    [
      'local.batchsize=32',
      '--set local.batchsize=32: local has no key "batchsize". Did you mean \'batchSize\'? [scenario/unknown-key]',
    ],
    ['roundz=32', '--set roundz=32: The scenario has no key "roundz". Did you mean \'rounds\'?'],
    ['locl.batchSize=32', '--set locl.batchSize=32: The scenario has no key "locl". Did you mean \'local\'?'],
    ['constructor.x=1', '--set constructor.x=1: The scenario has no key "constructor".'],
    ['rounds=0', '--set rounds=0: rounds is 0. It must be at least 1.'],
    ['rounds.x=1', '--set rounds.x=1: rounds is 5 and has nothing below it. Set rounds itself. [scenario/bad-setting]'],
    ['uplink=stcc', '--set uplink=stcc: uplink names the preset "stcc", which does not exist. Did you mean \'stc\'?'],
    ['uplink.stages.3=topk', '--set uplink.stages.3=topk: uplink.stages is a list of 0 and has no position "3".'],
    ['uplink.stages.x=topk', '--set uplink.stages.x=topk: uplink.stages is a group of keys. It must be a list.'],
    ['uplink.stages.0.topk.fractoin=1', 'uplink.stages.0.topk has no key "fractoin". Did you mean \'fraction\'?'],
    ['rounds', '--set rounds: A setting has no value. Write PATH=VALUE'],
    ['=5', '--set =5: A setting has no value.'],
    ['a..b=5', '--set a..b=5: "a..b" is no path.'],
    ['__proto__.polluted=1', '"__proto__.polluted" is no path.'],
    ['rounds=.inf', '--set rounds=.inf:1:1: Infinity is not allowed.'],
    ['rounds={', '--set rounds={:1:'],
  ])('%s is refused by its own name', (setting, message) => {
    expect(refusal(() => withLines('', [setting]))).toContain(message);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  test('a conflict between a setting and a line names both values', () => {
    const message = refusal(() => withLines('', ['clients.total=5']));
    expect(message).toContain('test.yaml:4:34: clients.perRound is 10, more than the 5 of clients.total.');
  });

  test('any setting is applied or refused with a code', () => {
    const step = fc.constantFrom(
      'uplink',
      'stages',
      '0',
      '1',
      'topk',
      'local',
      'optimizer',
      'sgd',
      'model',
      'x',
      '',
      '-1',
      '__proto__',
      'constructor',
    );
    const setting = fc.tuple(
      fc.array(step, { maxLength: 5 }),
      fc.oneof(fc.string(), fc.constantFrom('1', '{}', '[]', 'stc', 'null')),
    );
    fc.assert(
      fc.property(fc.array(setting, { maxLength: 3 }), (settings) => {
        try {
          withLines(
            '',
            settings.map(([path, value]) => `${path.join('.')}=${value}`),
          );
        } catch (error) {
          expect(error).toBeInstanceOf(CodedError);
        }
      }),
      { numRuns: 300 },
    );
  });
});
