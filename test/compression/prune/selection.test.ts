import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupScores } from '../../../shared/compression/prune/channel-scores.js';
import { selectChannels, type Budget, type Selection } from '../../../shared/compression/prune/channel-selection.js';
import { channelGraph } from '../../../shared/compression/prune/channels.js';
import { rebuilt } from '../../../shared/compression/prune/rebuild.js';
import type { Layer } from '../../../shared/models/network.js';
import { refused } from '../../support/refusal.js';
import { modelOf } from './subjects.js';

/** Two convolutions of 8 and 4 filters. */
const layers: readonly Layer[] = [
  { kind: 'conv2d', name: 'a', filters: 8, kernelSize: 3, padding: 'same' },
  { kind: 'conv2d', name: 'b', filters: 4, kernelSize: 3, padding: 'same' },
  { kind: 'globalAveragePooling2d' },
  { kind: 'dense', units: 4 },
];
const model = modelOf(layers);
const graph = channelGraph(model.network);

const emptied: string[] = [];
const selectionOf = (scores: readonly (number | null)[], more: Partial<Selection> = {}): Selection => {
  emptied.length = 0;
  return { graph, scores, scope: 'global', multipleOf: 1, onEmptied: (layer) => emptied.push(layer), ...more };
};

const most = (entries: Readonly<Record<string, number>>): Budget => ({
  kind: 'channels',
  most: new Map(Object.entries(entries)),
});

const chosen = (selection: Selection, budget: Budget): string[] =>
  [...selectChannels(selection, budget)].map((id) => {
    const [{ layer, channel }] = graph.groups[id].members;
    return `${layer.name}${channel}`;
  });

test('exactly as many go as are asked for, the lowest scores, of equal ones the first', () => {
  const scores = [5, 1, 1, 1, 9, 9, 9, 9, 1, 0, 8, 8];
  expect(chosen(selectionOf(scores), most({ '': 3 }))).toEqual(['b1', 'a1', 'a2']);
  expect(chosen(selectionOf(scores), most({ '': 0 }))).toEqual([]);
  expect(chosen(selectionOf(scores, { scope: 'layer' }), most({ a: 2, b: 1 }))).toEqual(['b1', 'a1', 'a2']);
});

test('what has no score stays', () => {
  const scores = [null, null, 3, null, null, null, null, null, 1, 2, null, null];
  expect(chosen(selectionOf(scores), most({ '': 6 }))).toEqual(['b0', 'b1', 'a2']);
});

test('the last channel of a layer stays, and the layer is named; others go in its place', () => {
  const scores = [7, 8, 9, 10, 11, 12, 13, 14, 1, 2, 3, 4];
  expect(chosen(selectionOf(scores), most({ '': 5 }))).toEqual(['b0', 'b1', 'b2', 'a0', 'a1']);
  expect(emptied).toEqual(['b']);
});

test('a layer keeps a multiple where one is asked for', () => {
  const scores = [1, 2, 3, 4, 5, 6, 7, 8, 1.5, 2.5, 3.5, 4.5];
  expect(chosen(selectionOf(scores, { multipleOf: 4 }), most({ '': 7 }))).toEqual(['a0', 'a1', 'a2', 'a3']);
  expect(chosen(selectionOf(scores, { multipleOf: 3 }), most({ '': 12 }))).toEqual([
    'a0',
    'a1',
    'b0',
    'a2',
    'a3',
    'a4',
  ]);
});

test('the FLOPs that are left are at most those that are asked for, and one channel more would be too many', () => {
  const scores = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(scores, fc.double({ min: 0.1, max: 0.95, noNaN: true }), (scores, part) => {
      const budget: Budget = { kind: 'flops', most: part * model.network.flops };
      const gone = [...selectChannels(selectionOf(scores), budget)];
      expect(rebuilt(model, graph, new Set(gone)).network.flops).toBeLessThanOrEqual(budget.most);
      const fewer = new Set(gone.slice(0, -1));
      expect(rebuilt(model, graph, fewer).network.flops).toBeGreaterThan(budget.most);
    }),
    { numRuns: 60 },
  );
});

test('shares of a loss are compared a FLOP: what saves more goes first', () => {
  // A filter of the first layer saves 9 · (2 + 4) · 64 products, one of the second 9 · 8 · 64 and 4.
  const scores = [...Array.from({ length: 8 }, () => 6), ...Array.from({ length: 4 }, () => 6.5)];
  const budget: Budget = { kind: 'flops', most: 0.95 * model.network.flops };
  expect(chosen(selectionOf(scores), budget)).toEqual(['a0']);
  expect(chosen(selectionOf(scores, { isAdditive: true }), budget)).toEqual(['b0']);
});

test('each layer loses the same part where FLOPs are asked for a layer', () => {
  const scores = Array.from({ length: 12 }, (_, i) => i);
  const gone = selectChannels(selectionOf(scores, { scope: 'layer' }), {
    kind: 'flops',
    most: model.network.flops / 3,
  });
  const { layers } = rebuilt(model, graph, gone).network;
  const [a, b] = layers.map(({ outputShape }) => outputShape[2]);
  // Each to the nearest whole channel.
  expect(Math.abs(a / 8 - b / 4)).toBeLessThanOrEqual(0.5 / 8 + 0.5 / 4);
  expect(b).toBeLessThan(4);
  expect(a).toBeLessThan(8);
});

test('FLOPs that nothing can come to are refused with those that can be reached', () => {
  const scores = Array.from({ length: 12 }, () => 1);
  const error = refused(() => selectChannels(selectionOf(scores), { kind: 'flops', most: 10 }));
  expect(error.code).toBe('compression/impossible');
  expect(error.message).toBe("The network can't be pruned to 10 FLOPs.");
  const [, left, all, part] = /, ([\d,]+) of its ([\d,]+) are left, the part ([\d.]+)/.exec(error.hint ?? '')!;
  const [least, most] = [left, all].map((text) => Number(text.replaceAll(',', '')));
  expect(most).toBe(model.network.flops);
  expect(Number(part)).toBeGreaterThanOrEqual(least / most);
  selectChannels(selectionOf(scores), { kind: 'flops', most: Number(part) * most });
  refused(() => selectChannels(selectionOf(scores), { kind: 'flops', most: least - 1 }));
});

test('scores of a group are the mean over its channels, relative ones over the root mean square of their layer', () => {
  const tied = modelOf([
    { kind: 'conv2d', name: 'a', filters: 2, kernelSize: 1 },
    { kind: 'conv2d', name: 'b', filters: 2, kernelSize: 1 },
    { kind: 'add', from: ['a', 'b'] },
    { kind: 'flatten' },
    { kind: 'dense', units: 4 },
  ]);
  const own = channelGraph(tied.network);
  const scores = new Map([
    ['a', Float64Array.of(3, 4)],
    ['b', Float64Array.of(0, 10)],
  ]);
  expect(groupScores(scores, own, { isRelative: false })).toEqual([1.5, 7]);
  const relative = groupScores(scores, own, { isRelative: true });
  expect(relative[0]).toBeCloseTo(0.3 * Math.SQRT2);
  expect(relative[1]).toBeCloseTo(0.9 * Math.SQRT2);
  expect(groupScores(new Map(), own, { isRelative: true })).toEqual([null, null]);
});
