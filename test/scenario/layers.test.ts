import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { loadModel } from '../../shared/models/load.js';
import { formatScenario } from '../../shared/scenario/format.js';
import { parseScenario, type LoadedScenario } from '../../shared/scenario/load.js';
import { locatingModel } from '../../shared/scenario/locate-model.js';
import { scenarioJsonSchema } from '../../shared/scenario/reference.js';
import { CodedError } from '../../shared/util/errors.js';
import { refusal } from './helpers.js';

const head = 'rounds: 5\ndataset: { name: mnist }\nclients: { total: 100, perRound: 10 }\n';

/** A scenario whose model is written from line 4 on. */
const withModel = (model: string, set: readonly string[] = []): LoadedScenario =>
  parseScenario(`${head}model: ${model}\n`, 'a.yaml', { set });

const layersOf = (loaded: LoadedScenario): unknown => loaded.scenario.model['layers']?.['layers'];

describe('a list of layers in a scenario', () => {
  const model = '{ layers: [{ conv2d: { filters: 16, kernelSize: 3 } }, maxPooling2d, flatten, { dense: 10 }] }';

  test('is resolved with every default', () => {
    expect(layersOf(withModel(model))).toEqual([
      {
        conv2d: {
          filters: 16,
          kernelSize: [3, 3],
          strides: [1, 1],
          padding: 'valid',
          dilationRate: [1, 1],
          groups: 1,
          activation: 'linear',
          useBias: true,
        },
      },
      { maxPooling2d: { poolSize: [2, 2], strides: null, padding: 'valid' } },
      { flatten: {} },
      { dense: { units: 10, activation: 'linear', useBias: true } },
    ]);
  });

  test('comes back from its resolved file', () => {
    const { scenario } = withModel(model);
    expect(parseScenario(formatScenario(scenario), 'b.yaml').scenario).toEqual(scenario);
  });

  test('can be changed by settings, in the short form and in the long one', () => {
    const set = [
      'model.layers.0.conv2d.filters=8',
      'model.layers.1.averagePooling2d=3',
      'model.layers.3.dense.units=7',
    ];
    const expected = [
      { conv2d: expect.objectContaining({ filters: 8, kernelSize: [3, 3] }) as object },
      { averagePooling2d: { poolSize: [3, 3], strides: null, padding: 'valid' } },
      { flatten: {} },
      { dense: { units: 7, activation: 'linear', useBias: true } },
    ];
    expect(layersOf(withModel(model, set))).toEqual(expected);
    const long = `{ layers: ${model} }`;
    expect(
      layersOf(
        withModel(
          long,
          set.map((one) => one.replace('layers.', 'layers.layers.')),
        ),
      ),
    ).toEqual(expected);
  });

  test.each([
    [
      'an unknown layer',
      '{ dens: 10 }',
      '5:5: model.layers.1 names the layer "dens", which does not exist. Did you mean \'dense\'?',
    ],
    [
      'an unknown name alone',
      'dens',
      '5:3: model.layers.1 names the layer "dens", which does not exist. Did you mean \'dense\'?',
    ],
    [
      'an unknown option',
      '{ dense: { units: 10, usebias: true } }',
      '5:25: model.layers.1.dense has no key "usebias". Did you mean \'useBias\'?',
    ],
    ['no units', '{ dense: 0 }', '5:12: model.layers.1.dense.units is 0. It must be at least 1.'],
    ['a missing option', 'dense', '5:3: model.layers.1.dense.units is missing.'],
    [
      'a misspelt activation',
      '{ dense: { units: 1, activation: rellu } }',
      '5:36: model.layers.1.dense.activation is "rellu". Did you mean \'relu\'?',
    ],
    [
      'half a window',
      '{ conv2d: { filters: 1, kernelSize: 1.5 } }',
      '5:39: model.layers.1.conv2d.kernelSize is 1.5. It must be',
    ],
    [
      'an even shift',
      '{ shift: 4 }',
      '5:12: model.layers.1.shift.kernelSize is refused: a window has a middle, so its size is odd.',
    ],
    [
      'no inputs',
      '{ add: { from: [] } }',
      '5:18: model.layers.1.add.from is an empty list. It must have at least 1 entry.',
    ],
    ['an option beside the name', '{ dense: 10, name: a }', '5:3: model.layers.1 holds 2 names: dense, name.'],
    ['a number', '10', '5:3: model.layers.1 is 10. It must be one of dense, conv2d,'],
  ])('%s is refused at its place', (_what, layer, message) => {
    expect(refusal(() => withModel(`{ layers: [flatten,\n  ${layer}] }`))).toContain(`a.yaml:${message}`);
  });

  test.each([
    ['no layers', '{ layers: [] }', '4:18: model.layers.layers is an empty list. It must have at least 1 entry.'],
    ['a layer that is no list', '{ layers: dense }', '4:18: model.layers.layers is "dense". It must be a list.'],
    ['no list', 'layers', '4:8: model.layers.layers is missing. It must be a list.'],
  ])('%s is refused', (_what, model, message) => {
    expect(refusal(() => withModel(model))).toContain(`a.yaml:${message}`);
  });
});

describe('what does not fit the data', () => {
  const located = async (loaded: LoadedScenario): Promise<string> => {
    const compile = () => loadModel(loaded.scenario.model, { inputShape: [28, 28, 1], classes: 10 });
    const error: unknown = await locatingModel(loaded, compile).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CodedError);
    expect((error as CodedError).exitCode).toBe(2);
    return (error as CodedError).describe();
  };
  const list = (...layers: string[]): string => `{ layers: [\n${layers.map((layer) => `  ${layer}`).join(',\n')}] }`;

  test.each([
    [
      'a dense layer on an image',
      list('maxPooling2d', '{ dense: 10 }'),
      "a.yaml:6:3: layer 2 (dense 'dense'): The last layer gives [14, 14, 10]. It must give one logit for each of the 10 classes. [model/bad-shape]",
    ],
    [
      'a window that is too large',
      list('{ maxPooling2d: 29 }', 'flatten', '{ dense: 10 }'),
      "a.yaml:5:3: layer 1 (maxPooling2d 'max_pooling2d'): A window of 29×29 does not fit into [28, 28, 1].",
    ],
    [
      'a layer for texts',
      list('flatten', '{ dense: 8 }', 'lastPosition', '{ dense: 10 }'),
      "a.yaml:7:3: layer 3 (lastPosition 'last_position'): It takes a text, its input is [8].",
    ],
    [
      'an unknown input',
      list('{ flatten: { name: flat } }', '{ dense: { units: 10, from: falt } }'),
      "a.yaml:6:3: layer 2 (dense 'dense'): It takes its input from 'falt', which does not come before it. Did you mean 'flat'?",
    ],
    [
      'a name that is taken',
      list('{ flatten: { name: a } }', '{ dense: { units: 10, name: a } }'),
      "a.yaml:6:3: layer 2 (dense 'a'): The name 'a' is empty or taken.",
    ],
    [
      'groups that do not divide',
      list('{ conv2d: { filters: 6, kernelSize: 3 } }', '{ groupNormalization: 4 }', 'flatten', '{ dense: 10 }'),
      "a.yaml:6:3: layer 2 (groupNormalization 'group_normalization'): 4 groups do not divide 6 channels.",
    ],
    [
      'a value that nothing takes',
      list('flatten', '{ dense: 10 }', '{ dense: { units: 10, from: flatten } }'),
      "a.yaml:6:3: layer 2 (dense 'dense'): No layer takes its value.",
    ],
    [
      'one value where two are added',
      list('flatten', 'add', '{ dense: 10 }'),
      "a.yaml:6:3: layer 2 (add 'add'): It takes two values or more, 1 come in.",
    ],
    [
      'shapes that cannot be added',
      list(
        '{ flatten: { name: a } }',
        '{ dense: { units: 7, name: b } }',
        '{ add: { from: [a, b] } }',
        '{ dense: 10 }',
      ),
      "a.yaml:7:3: layer 3 (add 'add'): [784] and [7] cannot be added.",
    ],
    [
      'more parameters than fit',
      list('flatten', '{ dense: 1000000 }', '{ dense: 10 }'),
      "a.yaml:6:3: layer 2 (dense 'dense'): The network 'layers' has 785000000 parameters up to this layer. At most 268435455 fit, 1 GiB as float32. [model/too-large]",
    ],
    [
      'a catalogue model that is too large',
      '{ mlp: [65536, 65536] }',
      "a.yaml:4:8: layer 3 (dense 'dense_1') of the model mlp: The network 'mlp' has 4346478592 parameters up to this layer.",
    ],
    [
      'a catalogue model for texts',
      'chars',
      "a.yaml:4:8: layer 1 (embedding 'embedding') of the model chars: It takes a text, its input is [28, 28, 1].",
    ],
  ])('%s names its layer and its line', async (_what, model, message) => {
    expect(await located(withModel(model))).toContain(message);
  });

  test('a layer from a setting is told by the setting', async () => {
    const loaded = withModel('{ layers: [flatten, { dense: 10 }] }', ['model.layers.1.dense=7']);
    expect(await located(loaded)).toContain(
      "--set model.layers.1.dense=7: layer 2 (dense 'dense'): The last layer gives [7].",
    );
  });

  test('other errors pass', async () => {
    const loaded = withModel('mlp');
    const work = (): never => {
      throw new TypeError('other');
    };
    await expect(locatingModel(loaded, work)).rejects.toThrow(TypeError);
    expect(await locatingModel(loaded, () => 3)).toBe(3);
  });
});

describe('the JSON Schema for editors', () => {
  const schema = z.fromJSONSchema(scenarioJsonSchema() as z.core.JSONSchema.JSONSchema);
  const scenario = (model: unknown) => ({
    rounds: 1,
    dataset: { name: 'mnist' },
    clients: { total: 2, perRound: 1 },
    model,
  });

  test.each([
    ['a short list', { layers: ['flatten', { dense: 10 }] }],
    ['a long one', { layers: { layers: [{ flatten: null }, { dense: { units: 10, from: 'flatten', name: 'a' } }] } }],
    ['pairs and single sizes', { layers: [{ conv2d: { filters: 1, kernelSize: [1, 3] } }, { maxPooling2d: 2 }] }],
  ])('accepts %s', (_what, model) => {
    expect(schema.safeParse(scenario(model)).error).toBeUndefined();
  });

  test.each([
    ['an empty list', { layers: [] }],
    ['an unknown layer', { layers: ['flatten', { dens: 10 }] }],
    ['an unknown option', { layers: ['flatten', { dense: { unit: 10 } }] }],
    ['a value out of range', { layers: ['flatten', { dense: 0 }] }],
    ['a layer without what it needs', { layers: ['flatten', 'dense'] }],
  ])('refuses %s', (_what, model) => {
    expect(schema.safeParse(scenario(model)).success).toBe(false);
  });
});
