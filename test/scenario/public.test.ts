import { describe, expect, test } from 'vitest';
import { dealPartition } from '../../shared/data/load.js';
import { loadModel } from '../../shared/models/load.js';
import { locatingModel } from '../../shared/scenario/locate-model.js';
import { networksOfRun } from '../../shared/scenario/networks.js';
import { dealingOf, prepareMethod } from '../../shared/scenario/prepare.js';
import { CodedError } from '../../shared/util/errors.js';
import { balanced } from '../data/partition/partitions.js';
import { refusal, withLines } from './helpers.js';

const integers = '{ stages: [integers, arithmetic] }';
const withPublic = (more: string, set: readonly string[] = []) =>
  withLines(more, ['dataset.public={ examples: 100 }', ...set]);

describe('public examples', () => {
  test('are sent unless it is said that clients have them', () => {
    expect(withPublic('').scenario.dataset.public).toEqual({ examples: 100, send: true });
    expect(withLines('', ['dataset.public={ examples: 5, send: false }']).scenario.dataset.public).toEqual({
      examples: 5,
      send: false,
    });
  });

  test.each(['cfd', 'fedmd', 'feddf'])('%s is refused without them', (method) => {
    const said = refusal(() => withLines(`method: ${method}\n`));
    expect(said).toContain(`test.yaml:5:9: method is ${method}, which learns from public examples`);
    expect(said).toContain('public: { examples: 2000 }');
    expect(() => withPublic(`method: ${method}\n`)).not.toThrow();
  });

  test.each(['0', '1.5', '-3', 'many'])('%s of them are refused', (examples) => {
    expect(refusal(() => withLines('', [`dataset.public={ examples: ${examples} }`]))).toContain(
      'dataset.public.examples',
    );
  });

  test('more of them than there are examples are refused at their line', async () => {
    const loaded = withPublic('', ['dataset.public.examples=1000']);
    const error: unknown = await locatingModel(loaded, () =>
      dealPartition(balanced(1000), dealingOf(loaded.scenario.dataset), 100, 1),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CodedError);
    const said = (error as CodedError).describe();
    expect(said).toContain('--set dataset.public.examples=1000: dataset.public.examples: 1000 public examples of 1000');
    expect(said).toContain('It must be less than 1000.');
  });
});

describe('labels of cfd', () => {
  test('travel through what keeps every integer', () => {
    for (const coding of [
      integers,
      'none',
      '{ stages: [integers, { entropy: auto }] }',
      '{ stages: [{ threshold: { above: 0 } }, golomb] }',
    ]) {
      expect(() => withPublic(`method: cfd\nuplink: ${coding}\ndownlink: ${coding}\n`)).not.toThrow();
    }
  });

  test.each(['uplink', 'downlink'])('a %s that loses some is refused', (direction) => {
    for (const coding of ['8bit', '{ stages: [{ topk: 0.5 }] }', '{ stages: [{ step: 2 }, arithmetic] }']) {
      const said = refusal(() => withPublic(`method: cfd\n${direction}: ${coding}\n`));
      expect(said).toContain(`${direction} loses some of the integers that are what the method cfd sends.`);
    }
  });
});

test('weights that don’t travel are not pruned while they are trained', () => {
  const during = 'modelCompression: { during: [{ magnitude: { end: 4 } }] }\n';
  expect(refusal(() => withPublic(`method: fedmd\n${during}`))).toContain('works on weights that travel');
});

test('the networks of fedmd are choices like the scenario’s own', () => {
  const { scenario } = withPublic('method: { fedmd: { models: [mlp, { mlp: { hidden: [8] } }] } }\n');
  expect(scenario.method['fedmd']['models']).toMatchObject([{ mlp: {} }, { mlp: { hidden: [8] } }]);
  expect(refusal(() => withPublic('method: { fedmd: { models: [mlpp] } }\n'))).toContain('mlpp');
  expect(refusal(() => withPublic('method: { fedmd: { models: [] } }\n'))).toContain('models');
});

describe('a network that a client has for itself', () => {
  const located = async (method: string): Promise<string> => {
    const loaded = withPublic(`method: ${method}\n`);
    const shape = { inputShape: [4, 4, 1], classes: 10 };
    const error: unknown = await locatingModel(loaded, () =>
      networksOfRun(prepareMethod(loaded.scenario, loadModel(loaded.scenario.model, shape))),
    ).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CodedError);
    return (error as CodedError).describe();
  };

  test('is named with its line where it does not fit the data', async () => {
    expect(await located('{ cfd: { models: [mlp, lenet5] } }')).toContain('test.yaml:5:32: method.cfd.models.1: ');
    expect(await located('{ fedkd: { mentor: lenet5 } }')).toContain('test.yaml:5:28: method.fedkd.mentor: ');
  });

  test('and where a mentor is no larger than what travels', async () => {
    const said = await located('{ fedkd: { mentor: { mlp: { hidden: [2] } } } }');
    expect(said).toContain('test.yaml:5:28: method.fedkd.mentor: The mentor ');
    expect(said).toContain('Take a larger mentor or a smaller model.');
  });
});
