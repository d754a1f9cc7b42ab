import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { models } from '../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../shared/models/compile.js';

test('every file of the catalogue is registered under its name', () => {
  const files = readdirSync(new URL('../../shared/models/catalogue/', import.meta.url));
  const names = files.filter((file) => file !== 'index.ts').map((file) => file.replace('.ts', ''));
  expect(models.all.map(({ name }) => name).sort()).toEqual(names.sort());
});

test.each(models.all.map((model) => [model.name, model] as const))('%s compiles with its defaults', (_name, model) => {
  const compiled = compileNetwork(model.build({ inputShape: [8, 8, 3], classes: 7 }, model.options.parse({})));
  expect(compiled.layers.at(-1)?.outputShape).toEqual([7]);
  expect(model.summary.length).toBeGreaterThan(10);
});
