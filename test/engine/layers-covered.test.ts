import { expect, test } from 'vitest';
import { compileNetwork } from '../../shared/models/compile.js';
import { layerKinds } from '../../shared/models/layers/index.js';
import { activationNames } from '../../shared/models/layers/options.js';
import type { LayerName, PlacedLayer } from '../../shared/models/network.js';
import { allCases } from '../conformance/cases/all.js';

const placed: readonly PlacedLayer[] = allCases.flatMap(({ network }) => compileNetwork(network).layers);

/** The different values that the cases give to an option. */
const valuesOf = (kind: string, option: string): Set<string> =>
  new Set(
    placed
      .filter((layer) => layer.kind === kind)
      .map(({ options }) => JSON.stringify((options as Readonly<Record<string, unknown>>)[option])),
  );

const names = Object.keys(layerKinds) as LayerName[];

test.each(names)('there are networks that test %s, with more than one value of each option', (kind) => {
  expect(placed.some((layer) => layer.kind === kind)).toBe(true);
  for (const option of Object.keys(layerKinds[kind].options.shape)) {
    expect([option, valuesOf(kind, option).size]).toEqual([option, expect.toSatisfy((count: number) => count > 1)]);
  }
});

test.each(names.filter((kind) => 'activation' in layerKinds[kind].options.shape))('%s has every activation', (kind) => {
  expect(valuesOf(kind, 'activation')).toEqual(new Set(activationNames.map((name) => JSON.stringify(name))));
});

test('each case has a title of its own', () => {
  const titles = allCases.map(({ title }) => title);
  expect(titles.filter((title, i) => titles.indexOf(title) !== i)).toEqual([]);
});
