import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { datasets } from '../../shared/data/datasets/index.js';
import { partitions } from '../../shared/data/partition/index.js';
import type { PlugIn, Registry } from '../../shared/util/registry.js';

const registries: [folder: string, registry: Registry<PlugIn>][] = [
  ['datasets', datasets],
  ['partition', partitions],
];

describe.each(registries)('shared/data/%s', (folder, registry) => {
  it('has a registered plug-in of that name in every file', () => {
    const files = readdirSync(new URL(`../../shared/data/${folder}`, import.meta.url))
      .filter((file) => file !== 'index.ts')
      .map((file) => file.replace(/\.ts$/, ''));
    expect(registry.all.map(({ name }) => name).sort()).toEqual(files.sort());
  });

  it('has plug-ins that describe themselves and every option', () => {
    for (const { name, summary, options, shorthand } of registry.all) {
      expect(name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(summary, name).toMatch(/^\S[^\n]{10,120}$/);
      for (const [field, schema] of Object.entries(options.shape)) {
        expect((schema as { description?: string }).description, `${name}.${field}`).toMatch(/\d/);
      }
      if (shorthand !== undefined) expect(Object.keys(options.shape)).toContain(shorthand);
      expect(options.safeParse({ nonsense: 1 }).success, name).toBe(false);
    }
  });
});
