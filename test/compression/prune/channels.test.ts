import { beforeAll, describe, expect, test } from 'vitest';
import { criteria, type CriterionName } from '../../../shared/compression/prune/channel-scores.js';
import { channelGraph } from '../../../shared/compression/prune/channels.js';
import { filter } from '../../../shared/compression/prune/filter.js';
import { neuron } from '../../../shared/compression/prune/neuron.js';
import type { CompressedModel } from '../../../shared/compression/model.js';
import type { CompressionStep } from '../../../shared/compression/step.js';
import type { Engine } from '../../../shared/engine/engine.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import type { Layer } from '../../../shared/models/network.js';
import { refusal } from '../../support/refusal.js';
import { benchOf, modelOf } from './subjects.js';

let engine: Engine;
beforeAll(async () => {
  engine = await openOnnxEngine('plain');
});

const layers: readonly Layer[] = [
  { kind: 'conv2d', name: 'first', filters: 8, kernelSize: 3, padding: 'same', useBias: false },
  { kind: 'batchNormalization', name: 'norm', momentum: 0.9 },
  { kind: 'activation', name: 'relu', activation: 'relu' },
  { kind: 'conv2d', name: 'second', filters: 8, kernelSize: 3, activation: 'relu' },
  { kind: 'flatten' },
  { kind: 'dense', name: 'hidden', units: 12, activation: 'relu' },
  { kind: 'dense', name: 'logits', units: 4 },
];

const trained = async (): Promise<CompressedModel> => {
  const { bench } = benchOf(engine);
  return (await bench.train(modelOf(layers), { phase: 'train', epochs: 4, batchSize: 20, learningRate: 0.05 })).model;
};

const widths = ({ network }: CompressedModel): Record<string, number> =>
  Object.fromEntries(
    network.layers
      .filter(({ kind }) => kind === 'conv2d' || kind === 'dense')
      .map(({ name, outputShape }) => [name, outputShape[outputShape.length - 1]]),
  );

const run = async (step: CompressionStep, given: object, model: CompressedModel, shape?: readonly number[]) => {
  const { bench, warnings } = benchOf(engine, shape);
  const options = step.options.parse({ steps: 2, epochs: 1, batchSize: 20, ...given });
  return { model: await step.create(options).apply(model, bench), bench, warnings };
};

describe('filters and units', () => {
  let model: CompressedModel;
  beforeAll(async () => {
    model = await trained();
  });

  test.each(Object.keys(criteria) as CriterionName[])(
    'by %s: half of the filters go, the classes stay apart',
    async (criterion) => {
      const {
        model: small,
        bench,
        warnings,
      } = await run(filter, { sparsity: 0.5, criterion, scope: 'layer', epochs: 3 }, model);
      const isScale = criterion === 'scale';
      expect(widths(small)).toEqual({ first: 4, second: isScale ? 8 : 4, hidden: 12, logits: 4 });
      expect(warnings.map(({ code, layer }) => [code, layer])).toEqual(
        isScale ? [['compression/kept-layer', 'second']] : [],
      );
      const [before, after] = [await bench.evaluate(model), await bench.evaluate(small)];
      expect(before.accuracy).toBeGreaterThan(0.9);
      expect(after.accuracy).toBeGreaterThan(before.accuracy - 0.1);
    },
  );

  test('the FLOPs asked for are reached, channels in multiples, the last of a layer stays', async () => {
    const { model: small } = await run(filter, { flops: 0.5, epochs: 0 }, model);
    expect(small.network.flops).toBeLessThanOrEqual(model.network.flops / 2);
    const { model: even } = await run(filter, { flops: 0.6, multipleOf: 4, epochs: 0 }, model);
    expect([widths(even)['first'] % 4, widths(even)['second'] % 4]).toEqual([0, 0]);
    const { model: thin, warnings } = await run(filter, { sparsity: 0.99, scope: 'layer', epochs: 0, steps: 1 }, model);
    expect(widths(thin)).toMatchObject({ first: 1, second: 1 });
    expect(warnings.map(({ code, layer = '' }) => [code, layer]).sort()).toEqual([
      ['compression/empty-layer', 'first'],
      ['compression/empty-layer', 'second'],
    ]);
  });

  test('units of hidden layers go, the last layer keeps its own', async () => {
    const { model: small } = await run(neuron, { sparsity: 0.5 }, model);
    expect(widths(small)).toEqual({ first: 8, second: 8, hidden: 6, logits: 4 });
  });

  test('a network without what goes, a part too small and FLOPs out of reach are refused', async () => {
    const flat = modelOf([{ kind: 'flatten' }, { kind: 'dense', units: 4 }]);
    expect((await refusal('compression/nothing-to-do', () => run(filter, {}, flat))).message).toContain(
      'has no filters',
    );
    await refusal('compression/nothing-to-do', () => run(neuron, {}, flat));
    const hidden = modelOf([{ kind: 'flatten' }, { kind: 'dense', units: 8 }, { kind: 'dense', units: 4 }]);
    expect((await refusal('compression/nothing-to-do', () => run(filter, {}, hidden))).hint).toContain('`neuron`');
    const image = modelOf([
      { kind: 'conv2d', filters: 8, kernelSize: 1 },
      { kind: 'flatten' },
      { kind: 'dense', units: 4 },
    ]);
    expect((await refusal('compression/nothing-to-do', () => run(neuron, {}, image))).hint).toContain('`filter`');
    const tied = modelOf([
      { kind: 'conv2d', filters: 8, kernelSize: 1 },
      { kind: 'layerNormalization' },
      { kind: 'flatten' },
      { kind: 'dense', units: 4 },
    ]);
    expect((await refusal('compression/nothing-to-do', () => run(filter, {}, tied))).message).toContain('can go alone');
    await refusal('compression/nothing-to-do', () => run(filter, { sparsity: 0.01, epochs: 0 }, model));
    await refusal('compression/impossible', () => run(neuron, { flops: 0.1, epochs: 0 }, model));
    await refusal('compression/impossible', () => run(neuron, { criterion: 'scale' }, model));
  });

  test('a layer that can lose nothing is named, the others go', async () => {
    const tied = modelOf([
      { kind: 'conv2d', name: 'tied', filters: 8, kernelSize: 1 },
      { kind: 'groupNormalization', groups: 1 },
      { kind: 'conv2d', name: 'free', filters: 8, kernelSize: 1 },
      { kind: 'flatten' },
      { kind: 'dense', units: 4 },
    ]);
    const { model: small, warnings } = await run(filter, { sparsity: 0.5, epochs: 0 }, tied);
    expect(widths(small)).toMatchObject({ tied: 8, free: 4 });
    expect(warnings).toMatchObject([{ code: 'compression/kept-layer', layer: 'tied' }]);
  });

  test('scores are what their names say', async () => {
    const { bench } = benchOf(engine);
    const graph = channelGraph(model.network);
    const scoreOf = async (name: CriterionName, layer: string): Promise<number[]> => [
      ...((await criteria[name].score(model, graph, bench)).get(layer) ?? []),
    ];
    const kernel = model.network.layout.tensors.find(({ name }) => name === 'second/kernel');
    const filterOf = (channel: number): number[] =>
      [...model.parameters.floats.subarray(kernel?.offset, (kernel?.offset ?? 0) + (kernel?.size ?? 0))].filter(
        (_, i) => i % 8 === channel,
      );
    const [l1, l2, median, apoz] = [
      await scoreOf('l1', 'second'),
      await scoreOf('l2', 'second'),
      await scoreOf('median', 'second'),
      await scoreOf('apoz', 'relu'),
    ];
    for (let channel = 0; channel < 8; channel++) {
      const own = filterOf(channel);
      expect(l1[channel]).toBeCloseTo(own.reduce((sum, weight) => sum + Math.abs(weight), 0));
      expect(l2[channel]).toBeCloseTo(Math.hypot(...own));
      const distances = Array.from({ length: 8 }, (_, other) =>
        Math.hypot(...filterOf(other).map((weight, i) => weight - own[i])),
      );
      expect(median[channel]).toBeCloseTo(distances.reduce((a, b) => a + b));
    }
    expect(apoz.every((share) => share >= 0 && share <= 1)).toBe(true);
    expect(new Set(apoz).size).toBeGreaterThan(1);
  });

  test('apoz takes a filter that gives zeros, taylor one that nothing depends on', async () => {
    const { bench } = benchOf(engine);
    const floats = model.parameters.floats.slice();
    const at = (name: string) => model.network.layout.tensors.find((tensor) => tensor.name === name)?.offset ?? -1;
    // The third filter of `second` gives nothing but zeros.
    floats[at('second/bias') + 2] = -1e6;
    const dead = { ...model, parameters: { ...model.parameters, floats } };
    const graph = channelGraph(model.network);
    for (const name of ['apoz', 'taylor'] as const) {
      const scores = (await criteria[name].score(dead, graph, bench)).get('second') ?? new Float64Array();
      expect([name, scores[2], scores.filter((score) => score === 0).length]).toEqual([name, 0, 1]);
    }
  });
});
