import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { describe, expect, test } from 'vitest';
import { models } from '../../shared/models/catalogue/index.js';
import { loadModel } from '../../shared/models/load.js';
import { generatedFiles } from '../../shared/scenario/generated.js';
import { parseScenario } from '../../shared/scenario/load.js';
import { scenarioJsonSchema } from '../../shared/scenario/reference.js';
import { expandSweep } from '../../shared/scenario/sweep.js';
import { codes } from '../../shared/util/codes.js';

const root = join(import.meta.dirname, '../..');
const current = (file: string): string => readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
const files = generatedFiles(current);

test.each(Object.keys(files))('%s is what the code makes; run scripts/generate.mjs', (file) => {
  expect(current(file)).toBe(files[file]);
});

test('the same files come out each time, and again from themselves', () => {
  expect(generatedFiles(current)).toEqual(files);
  expect(generatedFiles((file) => files[file])).toEqual(files);
});

test('a file without its marks is not overwritten', () => {
  expect(() => generatedFiles(() => 'text')).toThrow('The marks <!-- models --> and <!-- /models --> are missing.');
});

test('the table of models has each of them once, with its parameters', () => {
  const table = files['docs/engines.md'].split('\n');
  for (const { name } of models.all.filter(({ name }) => name !== 'layers')) {
    expect(
      table.filter((line) => line.startsWith(`| \`${name}\` |`)),
      name,
    ).toHaveLength(1);
  }
  expect(table.find((line) => line.startsWith('| `cnn` |'))).toMatch(
    /\| 1,663,370 \| 6\.65 MB \| 24\.5 MFLOP \| 2,156,490 \| 8\.63 MB \| 35\.3 MFLOP \|$/,
  );
});

test('the network of its own in docs/engines.md is one', () => {
  const [, block] = /```yaml\n(model:[^`]*)```/.exec(files['docs/engines.md']) ?? [];
  const { scenario } = parseScenario(
    `rounds: 1\ndataset: { name: mnist }\nclients: { total: 2, perRound: 1 }\n${block}`,
    'a.yaml',
  );
  const { layers } = loadModel(scenario.model, { inputShape: [28, 28, 1], classes: 10 });
  expect(layers.at(-1)?.outputShape).toEqual([10]);
});

test('the examples in the reference are valid scenarios', () => {
  const blocks = [...files['docs/scenario.md'].matchAll(/```yaml\n([^`]*)```/g)].map(([, block]) => block);
  expect(blocks).toHaveLength(2);
  const loaded = parseScenario(blocks.join(''), 'example.yaml');
  expect(loaded.scenario.name).toBe('example');
  expect(expandSweep(loaded)).toHaveLength(12);
});

test('every error code is explained', () => {
  for (const code of Object.keys(codes)) expect(files['docs/errors.md']).toContain(`| \`${code}\` |`);
});

describe('the JSON Schema for editors', () => {
  const schema = z.fromJSONSchema(scenarioJsonSchema() as z.core.JSONSchema.JSONSchema);
  const shipped = readdirSync(join(root, 'scenarios')).filter((name) => name.endsWith('.yaml'));
  const read = (name: string): Record<string, unknown> =>
    parse(readFileSync(join(root, 'scenarios', name), 'utf8')) as Record<string, unknown>;

  test.each(shipped)('accepts %s', (name) => {
    expect(schema.safeParse(read(name)).error).toBeUndefined();
  });

  const quickstart = read('quickstart.yaml');
  test.each([
    ['an unknown key', { roundss: 1 }],
    ['no rounds', { rounds: undefined }],
    ['a misspelt option', { uplink: { stages: [{ topk: { fractoin: 0.1 } }] } }],
    ['a value out of range', { uplink: { stages: [{ quantize: { bits: 0 } }] } }],
    ['an unknown preset', { uplink: 'stcc' }],
    ['an unknown model', { model: '3nn' }],
    ['an unknown unit', { network: { uplink: '10 MB/s', downlink: '1 Mbit/s' } }],
  ])('refuses %s', (_, change) => {
    expect(schema.safeParse({ ...quickstart, ...change }).success).toBe(false);
  });

  test.each([
    [
      'short forms',
      { uplink: { stages: [{ topk: 0.1 }, { quantize: 4 }, { entropy: null }] }, model: { '2nn': null } },
    ],
    ['presets', { uplink: 'stc', downlink: 'none' }],
    ['units', { network: { uplink: '10 Mbit/s', downlink: 1e6, latency: '40 ms' } }],
  ])('accepts %s', (_, change) => {
    expect(schema.safeParse({ ...quickstart, ...change }).error).toBeUndefined();
  });
});
