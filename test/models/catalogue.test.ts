import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { normalizations } from '../../shared/models/blocks/normalization.js';
import { models } from '../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../shared/models/compile.js';
import type { Model } from '../../shared/models/model.js';

test('every file of the catalogue is registered under its name', () => {
  const files = readdirSync(new URL('../../shared/models/catalogue/', import.meta.url));
  const names = files.filter((file) => file !== 'index.ts').map((file) => file.replace('.ts', ''));
  expect(models.all.map(({ name }) => name).sort()).toEqual(names.sort());
});

const compiled = (model: Model, inputShape: readonly number[], classes: number, given: object = {}) =>
  compileNetwork(model.build({ inputShape, classes }, model.options.parse(given)));

const texts = ['chars'];
const shapesOf = (name: string): readonly number[][] =>
  texts.includes(name)
    ? [[20], [80]]
    : [
        [28, 28, 1],
        [32, 32, 3],
      ];

/** All but the one whose layers the scenario gives. */
const named = models.all.filter(({ name }) => name !== 'layers').map((model) => [model.name, model] as const);

test.each(named)('%s compiles with its defaults, for images of 28 and 32 pixels or for texts', (name, model) => {
  for (const inputShape of shapesOf(name)) {
    const { network, layers } = compiled(model, inputShape, 7);
    expect(network.name).toBe(name);
    expect(layers.at(-1)?.outputShape).toEqual([7]);
  }
  expect(model.summary.length).toBeGreaterThan(10);
});

test.each(named.filter(([, { options }]) => 'width' in options.shape))(
  'the width of %s lets its parameters grow',
  (name, model) => {
    const counts = (name === 'chars' ? [16, 64, 256] : [0.0625, 0.25, 1, 2]).map((width) => {
      const given = model.options.parse({ width });
      return compileNetwork(model.build({ inputShape: shapesOf(name)[0], classes: 10 }, given)).layout.floats;
    });
    expect(counts).toEqual([...new Set(counts)].sort((a, b) => a - b));
  },
);

const sized = named.filter(([, { options }]) => 'normalization' in options.shape);

test.each(sized)('%s has channels in multiples of 8 and the normalization that is asked for', (_name, model) => {
  const widths = fc.double({ min: 0.0625, max: 4, noNaN: true });
  const groups =
    'groups' in model.options.shape ? fc.constantFrom(1, 2, 3, 4, 8).map((groups) => ({ groups })) : fc.constant({});
  fc.assert(
    fc.property(widths, fc.constantFrom(...normalizations), groups, (width, normalization, more) => {
      const { layers } = compiled(model, [28, 28, 1], 10, { width, normalization, ...more });
      const images = layers.filter(({ outputShape }) => outputShape.length === 3);
      for (const { name, outputShape } of images) expect([name, outputShape[2] % 8]).toEqual([name, 0]);
      const normalizing = layers.filter(({ kind }) => kind.endsWith('Normalization')).map(({ kind }) => kind);
      expect(new Set(normalizing)).toEqual(new Set(normalization === 'none' ? [] : [`${normalization}Normalization`]));
    }),
    { numRuns: 40 },
  );
});

test('a bias stands where no normalization has one', () => {
  for (const normalization of normalizations) {
    const { layers } = compiled(models.get('resnet8'), [28, 28, 1], 10, { normalization });
    for (const layer of layers) {
      if (layer.kind !== 'conv2d') continue;
      expect('bias' in layer.tensors).toBe(normalization === 'none');
    }
  }
});

test('group normalization has groups of four channels or more', () => {
  const { layers } = compiled(models.get('mobilenetv2'), [28, 28, 1], 10, { width: 0.25 });
  const sizes = layers.flatMap((layer) =>
    layer.kind === 'groupNormalization' ? [layer.outputShape[2] / layer.options.groups] : [],
  );
  expect(Math.min(...sizes)).toBe(4);
});

test('a model for images refuses texts by its first layer, and the other way round', () => {
  expect(() => compiled(models.get('cnn'), [80], 10)).toThrow(/takes an image/);
  expect(() => compiled(models.get('chars'), [28, 28, 1], 10)).toThrow(/takes a text/);
});
