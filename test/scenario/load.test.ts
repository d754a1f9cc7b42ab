import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { afterAll, describe, expect, test } from 'vitest';
import { formatScenario, scenarioHash } from '../../shared/scenario/format.js';
import { loadScenario, parseScenario, resolveScenario } from '../../shared/scenario/load.js';
import { CodedError } from '../../shared/util/errors.js';
import { refusal, shortest, withLines } from './helpers.js';

const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-scenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What a client's training is when a scenario says nothing of it. */
const training = {
  optimizer: { sgd: { learningRate: 0.1, momentum: 0, nesterov: false, weightDecay: 0 } },
  loss: { crossEntropy: { labelSmoothing: 0 } },
  schedule: { constant: {} },
  clipNorm: null,
};

describe('a scenario', () => {
  test('is resolved with every default', () => {
    const { scenario, sweep } = withLines('');
    expect(sweep).toBeNull();
    expect(scenario).toEqual({
      name: 'test',
      seed: 0,
      rounds: 5,
      dataset: { name: 'mnist', folder: null, validation: 0, public: null, partition: { iid: {} } },
      model: { '2nn': {} },
      clients: { total: 100, perRound: 10 },
      local: { epochs: 1, batchSize: 10, ...training },
      method: { fedavg: {} },
      aggregation: { mean: {} },
      uplink: { errorFeedback: false, scope: 'model', stages: [] },
      downlink: { send: 'model', lattice: null, errorFeedback: false, scope: 'model', stages: [] },
      network: null,
      round: { deadline: null, watchdog: 120 },
      connections: 'persistent',
      evaluate: { every: 1, targets: [], split: 'test' },
      stop: { accuracy: null },
      modelCompression: { during: [], after: [] },
      engine: 'auto',
      engineVersion: null,
      checkpoint: { seconds: 10 },
    });
  });

  const full = withLines(
    'uplink: stc\ndownlink: { stages: [{ quantize: 8 }] }\nlocal: { optimizer: { sgd: 0.05 } }\n' +
      'network: { uplink: 10 Mbit/s, downlink: 50 Mbit/s, latency: 40 ms, compute: 2 GFLOP/s }\n' +
      'round: { deadline: 1.5 min }\nstop: { accuracy: 0.9 }\n',
  ).scenario;

  test('resolves to itself once it is resolved, as data and as YAML', () => {
    expect(resolveScenario(full)).toEqual(full);
    expect(resolveScenario(JSON.parse(JSON.stringify(full)))).toEqual(full);
    const again = parseScenario(formatScenario(full), 'other.yaml').scenario;
    expect(again).toEqual(full);
    expect(formatScenario(again)).toBe(formatScenario(full));
    expect(scenarioHash(again)).toBe(scenarioHash(full));
  });

  test('has a hash of its values, not of the order of its keys', () => {
    expect(scenarioHash(full)).toMatch(/^[0-9a-f]{64}$/);
    const reversed = Object.fromEntries(Object.entries(full).toReversed()) as unknown as typeof full;
    expect(scenarioHash(reversed)).toBe(scenarioHash(full));
    expect(scenarioHash({ ...full, rounds: 6 })).not.toBe(scenarioHash(full));
  });

  test.each([
    ['2nn', { '2nn': {} }],
    ['{ 2nn: }', { '2nn': {} }],
    ['{ 2nn: {} }', { '2nn': {} }],
  ])('takes a choice written as %s', (written, resolved) => {
    expect(parseScenario(shortest.replace('2nn', written), 'a.yaml').scenario.model).toEqual(resolved);
  });

  test('takes a bare value for the option that a plug-in names', () => {
    const { scenario } = withLines('uplink: { stages: [{ topk: 0.02 }, { quantize: 4 }, { entropy: auto }] }\n');
    expect(scenario.uplink.stages).toEqual([
      { topk: expect.objectContaining({ fraction: 0.02 }) },
      { quantize: expect.objectContaining({ bits: 4 }) },
      { entropy: { coder: 'auto' } },
    ]);
  });

  test('sends differences down when there are stages, the model when there are none', () => {
    expect(withLines('downlink: none\n').scenario.downlink.send).toBe('model');
    expect(withLines('downlink: stc\n').scenario.downlink).toMatchObject({ send: 'delta', errorFeedback: true });
    expect(withLines('downlink: { stages: [float16] }\n').scenario.downlink.send).toBe('delta');
    expect(withLines('downlink: { send: model, stages: [float16] }\n').scenario.downlink.send).toBe('model');
    expect(withLines('downlink: { send: delta }\n').scenario.downlink).toMatchObject({ send: 'delta', stages: [] });
  });
});

describe('what is wrong is said with its line and what would be right', () => {
  test.each([
    [
      'an unknown key',
      'local: { batchsize: 3 }',
      '5:10: local has no key "batchsize". Did you mean \'batchSize\'? [scenario/unknown-key]',
    ],
    [
      'an unknown key at the top',
      'roundss: 3',
      '5:1: The scenario has no key "roundss". Did you mean \'rounds\'? [scenario/unknown-key]',
    ],
    ['a key of Object', 'constructor: 3', '5:1: The scenario has no key "constructor".'],
    [
      'bits: 0',
      'uplink: { stages: [{ quantize: { bits: 0 } }] }',
      '5:40: uplink.stages.0.quantize.bits is 0. It must be at least 1.',
    ],
    [
      'bits: 0 in short',
      'uplink: { stages: [{ quantize: 0 }] }',
      '5:32: uplink.stages.0.quantize.bits is 0. It must be at least 1.',
    ],
    [
      'fraction: .nan',
      'uplink: { stages: [{ topk: { fraction: .nan } }] }',
      '5:40: NaN is not allowed. Write a finite number. [scenario/not-yaml]',
    ],
    [
      'a fraction above 1',
      'uplink: { stages: [{ topk: { fraction: 1.5 } }] }',
      '5:40: uplink.stages.0.topk.fraction is 1.5. It must be at most 1.',
    ],
    [
      'a fraction of 0',
      'uplink: { stages: [{ topk: 0 }] }',
      '5:28: uplink.stages.0.topk.fraction is 0. It must be more than 0.',
    ],
    [
      'a misspelt option',
      'uplink: { stages: [{ topk: { fractoin: 1 } }] }',
      '5:30: uplink.stages.0.topk has no key "fractoin". Did you mean \'fraction\'?',
    ],
    [
      'a misspelt stage',
      'uplink: { stages: [topkk] }',
      '5:20: uplink.stages.0 names the stage "topkk", which does not exist. Did you mean \'topk\'? [scenario/unknown-name]',
    ],
    [
      'a misspelt stage with options',
      'uplink: { stages: [{ topkk: 1 }] }',
      '5:22: uplink.stages.0 names the stage "topkk"',
    ],
    [
      'a misspelt preset',
      'uplink: stcc',
      '5:9: uplink names the preset "stcc", which does not exist. Did you mean \'stc\'?',
    ],
    ['an inherited name as preset', 'uplink: toString', '5:9: uplink names the preset "toString"'],
    ['an inherited name as method', 'method: constructor', '5:9: method names the method "constructor"'],
    ['a bare list of stages', 'uplink: [topk]', '5:9: uplink is a list. Write the list under the key stages'],
    ['a coding that forges a problem', 'uplink: { path: [] }', '5:11: uplink has no key "path".'],
    ['two names in a choice', 'method: { fedavg: {}, fedprox: {} }', '5:9: method holds 2 names: fedavg, fedprox.'],
    ['no name in a choice', 'method: {}', '5:9: method is empty.'],
    ['a number as choice', 'method: 5', '5:9: method is 5. It must be one of fedavg'],
    [
      'an impossible order',
      'uplink: { stages: [{ entropy: auto }, topk] }',
      "5:20: uplink.stages.0 does not fit: The stage 'entropy'",
    ],
    [
      'a later impossible order',
      'uplink: { stages: [{ quantize: 8 }, topk] }',
      "5:37: uplink.stages.1 does not fit: The stage 'topk'",
    ],
    [
      'a refused combination of options',
      'uplink: { stages: [{ quantize: { bits: 9, scale: gaussian } }] }',
      '5:40: uplink.stages.0.quantize.bits is refused',
    ],
    [
      'error feedback of a whole model without stages',
      'downlink: { send: model, errorFeedback: true }',
      '5:41: downlink.errorFeedback is on',
    ],
    [
      'momentum of a whole model',
      'downlink: { send: model, errorFeedback: momentum, stages: [{ quantize: { bits: 4 } }] }',
      '5:41: downlink.errorFeedback keeps changes',
    ],
    ['a text for a number', 'seed: many', '5:7: seed is "many". It must be a number.'],
    ['a fraction for a whole number', 'seed: 1.5', '5:7: seed is 1.5. It must be a whole number.'],
    ['a list for a group', 'evaluate: [1]', '5:11: evaluate is a list. It must be a group of keys.'],
    ['an unknown word', 'engine: onnxx', '5:9: engine is "onnxx". Did you mean \'onnx\'?'],
    ['a target above 1', 'evaluate: { targets: [0.9, 95] }', '5:28: evaluate.targets.1 is 95. It must be at most 1.'],
    ['an accuracy to stop at of 0', 'stop: { accuracy: 0 }', '5:19: stop.accuracy is 0. It must be more than 0.'],
    [
      'validation without a split',
      'evaluate: { split: validation }',
      '5:20: evaluate.split is validation, but no examples are held out.',
    ],
    ['a deadline without a network', 'round: { deadline: 5 s }', '5:20: round.deadline is in simulated time'],
    ['a name that is no folder', 'name: ../../etc', '5:7: name is "../../etc". It becomes a folder’s name'],
    ['a name that Windows keeps', 'name: con', '5:7: name is "con".'],
    ['a missing link', 'network: { uplink: 1 Mbit/s }', '5:10: network.downlink is missing.'],
  ])('%s', (_, line, message) => {
    expect(refusal(() => withLines(line))).toContain(`test.yaml:${message}`);
  });

  test('more clients a round than there are', () => {
    const text = shortest.replace('perRound: 10', 'perRound: 101');
    expect(refusal(() => parseScenario(text, 'a.yaml'))).toBe(
      'a.yaml:4:34: clients.perRound is 101, more than the 100 of clients.total. It must be at most 100. [scenario/conflict]',
    );
  });

  test('several problems, one a line, unknown keys first and missing ones last', () => {
    const lines = refusal(() => parseScenario('roundss: 5\nseed: -1\nuplink: x\n', 'a.yaml')).split('\n');
    expect(lines).toHaveLength(6);
    expect(lines[0]).toMatch(/^a\.yaml:1:1: The scenario has no key "roundss"/);
    expect(lines[1]).toMatch(/^a\.yaml:2:7: seed is -1/);
    expect(lines[2]).toMatch(/^a\.yaml:3:9: uplink names the preset/);
    expect(lines[3]).toMatch(/^a\.yaml:1:1: rounds is missing/);
    expect(lines[5]).toBe('… and 2 more. [scenario/unknown-key]');
  });

  test.each([
    ['empty', '', 'a.yaml: The scenario is empty.'],
    ['only comments', '# nothing\n', 'a.yaml: The scenario is empty.'],
    ['a list', '- rounds: 1\n', 'a.yaml:1:1: The scenario is a list'],
    ['a text', 'rounds\n', 'a.yaml:1:1: The scenario is "rounds"'],
  ])('a file that is %s', (_, text, message) => {
    expect(refusal(() => parseScenario(text, 'a.yaml'))).toContain(message);
  });
});

describe('a scenario file', () => {
  const refused = async (file: string): Promise<string> => {
    const error: unknown = await loadScenario(file).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CodedError);
    expect((error as CodedError).exitCode).toBe(2);
    return (error as CodedError).describe();
  };

  test('names the scenario', async () => {
    const file = join(folder, 'my first try.yaml');
    writeFileSync(file, shortest);
    expect((await loadScenario(file)).scenario.name).toBe('my-first-try');
  });

  test('that is missing, a folder, too large or not UTF-8 is refused by its name', async () => {
    expect(await refused(join(folder, 'none.yaml'))).toContain('none.yaml: There is no such file.');
    expect(await refused(folder)).toContain('This is no file.');
    const large = join(folder, 'large.yaml');
    writeFileSync(large, '#'.repeat(300_000));
    expect(await refused(large)).toContain('large.yaml: The file has 300000 bytes.');
    const latin = join(folder, 'latin.yaml');
    writeFileSync(latin, Buffer.from('name: caf\xe9', 'latin1'));
    expect(await refused(latin)).toContain('latin.yaml: The file is not UTF-8 text.');
  });
});

test('random documents are resolved or refused with a code', () => {
  const key = fc.constantFrom(
    'rounds',
    'dataset',
    'name',
    'model',
    'clients',
    'total',
    'perRound',
    'uplink',
    'downlink',
    'stages',
    'topk',
    'fraction',
    'quantize',
    'network',
    'latency',
    'sweep',
    'cases',
    'set',
    'grid',
    'seeds',
    'constructor',
    'toString',
    'path',
  );
  const leaf = fc.oneof(
    fc.constantFrom('mnist', '2nn', 'stc', 'none', '1 Mbit/s', '10 MB/s', null, true),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer(),
    fc.string(),
    key,
  );
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      leaf,
      tie('group'),
      fc.array(tie('value'), { maxLength: 3 }),
    ),
    group: fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, value, { maxKeys: 8 }), (document) => {
      try {
        parseScenario(
          stringify({
            rounds: 1,
            dataset: { name: 'mnist' },
            model: '2nn',
            clients: { total: 2, perRound: 1 },
            ...document,
          }),
          'a.yaml',
        );
      } catch (error) {
        expect(error).toBeInstanceOf(CodedError);
        expect((error as CodedError).where).toMatch(/^a\.yaml:\d+:\d+$/);
      }
    }),
    { numRuns: 400 },
  );
});
