import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { describe, expect, test } from 'vitest';
import { generatedFiles } from '../../shared/scenario/generated.js';
import { parseScenario } from '../../shared/scenario/load.js';
import { scenarioJsonSchema } from '../../shared/scenario/reference.js';
import { expandSweep } from '../../shared/scenario/sweep.js';
import { codes } from '../../shared/util/codes.js';

const root = join(import.meta.dirname, '../..');
const files = generatedFiles();

test.each(Object.keys(files))('%s is what the code makes; run scripts/generate.mjs', (file) => {
  const current = readFileSync(join(root, file), 'utf8').replaceAll('\r\n', '\n');
  expect(current).toBe(files[file]);
});

test('the same files come out each time', () => {
  expect(generatedFiles()).toEqual(files);
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
