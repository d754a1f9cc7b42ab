import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { models } from '../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../shared/models/compile.js';
import type { Model } from '../../shared/models/model.js';

test('every file of the catalogue is registered under its name', () => {
  const files = readdirSync(new URL('../../shared/models/catalogue/', import.meta.url));
  const names = files.filter((file) => file !== 'index.ts').map((file) => file.replace('.ts', ''));
  expect(models.all.map(({ name }) => name).sort()).toEqual(names.sort());
});

const compiled = (model: Model, inputShape: readonly number[], classes: number) =>
  compileNetwork(model.build({ inputShape, classes }, model.options.parse({})));

test.each(models.all.map((model) => [model.name, model] as const))(
  '%s compiles with its defaults, for images of 28 and 32 pixels',
  (name, model) => {
    for (const inputShape of [
      [28, 28, 1],
      [32, 32, 3],
    ]) {
      const { network, layers } = compiled(model, inputShape, 7);
      expect(network.name).toBe(name);
      expect(layers.at(-1)?.outputShape).toEqual([7]);
    }
    expect(model.summary.length).toBeGreaterThan(10);
  },
);
