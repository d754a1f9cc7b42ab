import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { presets } from '../../shared/codec/presets.js';
import { loadScenario } from '../../shared/scenario/load.js';
import { expandSweep } from '../../shared/scenario/sweep.js';

const folder = join(import.meta.dirname, '../../scenarios');
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

describe.each(files)('%s', (file) => {
  const text = readFileSync(join(folder, file), 'utf8');

  test('is valid, with every point of its sweep', async () => {
    const loaded = await loadScenario(join(folder, file));
    expect(loaded.scenario.name).toBe(file.replace('.yaml', ''));
    expect(expandSweep(loaded).length).toBeGreaterThan(0);
  });

  test('tells editors its schema and people its command', async () => {
    const { sweep } = await loadScenario(join(folder, file));
    expect(text.split('\n')[0]).toBe('# yaml-language-server: $schema=./scenario.schema.json');
    expect(text).toContain(`#   fedsqueeze ${sweep === null ? 'run' : 'sweep'} scenarios/${file}\n`);
  });
});

test('all of the shipped scenarios are there', () => {
  expect(files).toEqual(
    expect.arrayContaining([
      '1bit.yaml',
      '8bit.yaml',
      'bandwidth-vs-accuracy.yaml',
      'fedavg-2nn-iid.yaml',
      'fedavg-2nn-shards.yaml',
      'quickstart.yaml',
      'stc.yaml',
    ]),
  );
});

test('bandwidth-vs-accuracy has a float32 baseline, six cases and three seeds at least', async () => {
  const loaded = await loadScenario(join(folder, 'bandwidth-vs-accuracy.yaml'));
  const points = expandSweep(loaded);
  const baseline = points.filter((point) => point.case === loaded.sweep?.baseline);
  expect(new Set(points.map((point) => point.case)).size).toBeGreaterThanOrEqual(6);
  expect(new Set(points.map(({ seed }) => seed)).size).toBeGreaterThanOrEqual(3);
  expect(baseline.length).toBeGreaterThanOrEqual(3);
  for (const { scenario } of baseline) {
    expect(scenario.uplink.stages).toEqual([]);
    expect(scenario.downlink.stages).toEqual([]);
  }
});

/** Presets that `codecs.yaml` leaves out: they are others under a second name. */
const leftOut: Readonly<Record<string, { as: string }>> = {
  'fedavg-float32': { as: 'none' },
  'stc-1-25': { as: 'stc' },
};

describe('codecs.yaml', async () => {
  const loaded = await loadScenario(join(folder, 'codecs.yaml'));
  const points = expandSweep(loaded);

  test('has every preset, each under its own name', () => {
    const expected = Object.keys(presets).filter((name) => leftOut[name] === undefined);
    expect(points.map((point) => point.case).toSorted()).toEqual(expected.toSorted());
    for (const point of points) expect(point.set['uplink'], point.case).toBe(point.case);
  });

  test.each(Object.entries(leftOut))('leaves %s out, the same coding as another', (name, { as }) => {
    expect(presets[name].coding).toEqual(presets[as].coding);
    expect(points.map((point) => point.case)).toContain(as);
  });
});
