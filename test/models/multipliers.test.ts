import { describe, expect, test } from 'vitest';
import { loadModel } from '../../shared/models/load.js';
import { models } from '../../shared/models/catalogue/index.js';
import type { CompiledNetwork, PlacedLayer } from '../../shared/models/network.js';

const load = (model: string, written: Record<string, unknown>, size: number, channels = 3, classes = 10) =>
  loadModel({ [model]: models.get(model).options.parse(written) }, { inputShape: [size, size, channels], classes });

const sum = (layers: readonly PlacedLayer[], of: (layer: PlacedLayer) => boolean = () => true): number =>
  layers.filter(of).reduce((total, { flops }) => total + flops, 0);

const isPointwise = (layer: PlacedLayer): boolean =>
  layer.kind === 'conv2d' && layer.options.kernelSize[0] === 1 && layer.options.kernelSize[1] === 1;

const isConvolution = ({ kind }: PlacedLayer): boolean => kind === 'conv2d' || kind === 'depthwiseConv2d';

/** Multiply-accumulates in millions. */
const millions = (flops: number): number => flops / 2 / 1e6;

/*
 * The papers' networks see 224 × 224 pixels and their first convolution has the step 2: from there on they are these on 112 ×
 * 112 pixels, and without ShuffleNet's pooling on 56 × 56.
 */
describe('at the papers’ size, the papers’ figures', () => {
  test('of MobileNet, table 8: 569 million multiply-accumulates, 4.2 million weights', () => {
    const { flops, layout } = load('mobilenetv1', { width: 1 }, 112, 3, 1000);
    expect(Math.abs(millions(flops) - 569)).toBeLessThan(1);
    expect((layout.floats / 1e6).toFixed(1)).toBe('4.2');
  });

  test.each([
    [0.75, 325, 2.6],
    [0.5, 149, 1.3],
    [0.25, 41, 0.5],
  ])('of MobileNet, table 6, at a width of %d', (width, products, weights) => {
    const { flops, layout } = load('mobilenetv1', { width }, 112, 3, 1000);
    expect(Math.abs(millions(flops) - products)).toBeLessThan(1);
    expect((layout.floats / 1e6).toFixed(1)).toBe(weights.toFixed(1));
  });

  test('of MobileNetV2, table 4: 300 million multiply-accumulates, 3.4 million weights', () => {
    const { flops, layout } = load('mobilenetv2', { width: 1 }, 112, 3, 1000);
    expect(Math.abs(millions(flops) - 300)).toBeLessThan(2);
    // The paper leaves out the scales and shifts of normalization.
    const kernels = layout.tensors.filter(({ shape }) => shape.length > 1).reduce((total, { size }) => total + size, 0);
    expect(Math.abs(kernels / 1e6 - 3.4)).toBeLessThan(0.1);
  });
});

describe.each(['mobilenetv1', 'mobilenetv2', 'shufflenet', 'shiftnet'])('%s', (model) => {
  test.each([0.5, 0.25] as const)('costs the square of the resolution %d', (resolution) => {
    const [full, small] = [load(model, {}, 64), load(model, { resolution }, 64)];
    expect(sum(small.layers, isConvolution)).toBe(resolution ** 2 * sum(full.layers, isConvolution));
    expect(small.layout.floats).toBe(full.layout.floats);
    expect(small.layers.find(({ name }) => name === 'stem')?.outputShape).toEqual(
      load(model, {}, 64 * resolution).layers.find(({ name }) => name === 'stem')?.outputShape,
    );
  });

  test('takes images whose size is no multiple', () => {
    const { layers } = load(model, { resolution: 0.25 }, 30, 1);
    expect(layers[0].outputShape).toEqual([8, 8, 1]);
  });
});

/** Pointwise convolutions between layers that both follow the width. */
const costsByKind = ({ layers }: CompiledNetwork) => ({
  pointwise: sum(layers, isPointwise),
  depthwise: sum(layers, ({ kind }) => kind === 'depthwiseConv2d'),
  dense: sum(layers, ({ kind }) => kind === 'dense'),
});

test.each(['mobilenetv1', 'shiftnet'])(
  '%s’s pointwise convolutions cost the square of the width, its other layers the width',
  (model) => {
    const [full, half] = [1, 0.5].map((width) => costsByKind(load(model, { width }, 32)));
    expect(half.pointwise).toBe(full.pointwise / 4);
    expect(half.depthwise).toBe(full.depthwise / 2);
    expect(half.dense).toBe(full.dense / 2);
  },
);

test('g groups make pointwise convolutions cost a g-th', () => {
  const grouped = load('shufflenet', { groups: 4 }, 32).layers.filter(
    (layer): layer is PlacedLayer<'conv2d'> => layer.kind === 'conv2d' && layer.options.groups === 4,
  );
  expect(grouped.length).toBeGreaterThan(20);
  for (const { flops, inputShapes, outputShape } of grouped) {
    const [rows, columns, filters] = outputShape;
    expect(flops).toBe((2 * rows * columns * inputShapes[0][2] * filters) / 4);
  }
});

test('shifts and shuffles have no weights and no FLOPs', () => {
  const free = ['shiftnet', 'shufflenet']
    .flatMap((model) => load(model, {}, 32).layers)
    .filter(({ kind }) => kind === 'shift' || kind === 'channelShuffle');
  expect(new Set(free.map(({ kind }) => kind)).size).toBe(2);
  for (const { flops, tensors } of free) expect([flops, Object.keys(tensors).length]).toEqual([0, 0]);
});
