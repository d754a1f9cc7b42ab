import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { channelGraph, type ChannelGraph } from '../../../shared/compression/prune/channels.js';
import { Cut } from '../../../shared/compression/prune/cut.js';
import { rebuilt, withoutChannels } from '../../../shared/compression/prune/rebuild.js';
import type { CompressedModel } from '../../../shared/compression/model.js';
import { uncompressed } from '../../../shared/compression/model.js';
import { sgd } from '../../../shared/engine/engine.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { initialize } from '../../../shared/models/initialize.js';
import type { Layer } from '../../../shared/models/network.js';
import { RandomStream } from '../../../shared/util/random.js';
import { makeInputs } from '../../conformance/inputs.js';
import { forward } from '../../conformance/reference/network.js';
import { catalogue, largestDifference, logitsOf, modelOf, withParameters } from './subjects.js';

/** A random part of the groups that leaves each layer a channel. */
const someGone = (graph: ChannelGraph, part: number, seed = 1): Cut => {
  const stream = new RandomStream({ seed, purpose: 'gone' });
  const cut = new Cut(graph);
  for (const group of graph.groups) {
    if (stream.uniform() < part && cut.emptiedBy([group]) === null) cut.take([group]);
  }
  return cut;
};

const groupsOf = (graph: ChannelGraph, layer: string): number[] => [...(graph.places.get(layer) ?? [])];

/** The rebuilt network is smaller, computes what the masked one does, and has the FLOPs that were foretold. */
const expectSame = (model: CompressedModel, part: number, seed = 1, examples = 2): void => {
  const graph = channelGraph(model.network);
  const cut = someGone(graph, part, seed);
  const small = rebuilt(model, graph, cut.gone);
  const masked = withoutChannels(model, graph, cut.gone);
  expect(largestDifference(logitsOf(small, examples), logitsOf(masked, examples))).toBeLessThan(1e-5);
  expect(Math.abs(small.network.flops - cut.flops)).toBeLessThan(1);
  expect(small.network.layout.floats < model.network.layout.floats).toBe(cut.gone.size > 0);
};

/** What can be taken from each, so that none of them is tested on nothing. */
const none = ['logistic', 'shufflenet, group'];

describe.each(catalogue)('%s', (title, network) => {
  test('computes the same without channels as with them at 0', () => {
    const model = withParameters(network);
    const { groups } = channelGraph(network);
    expect([title, groups.length > 0]).toEqual([title, !none.includes(title)]);
    expectSame(model, 0.5, 1, 1);
  });
});

const activation = fc.constantFrom('linear', 'relu', 'relu6', 'tanh', 'sigmoid', 'hardSwish', 'gelu' as const);
const channels = fc.constantFrom(4, 6, 8, 12);

/** Layers that take an image of some channels, and the channels that they give. */
type Block = (name: string, input: string, width: number) => { readonly layers: Layer[]; readonly width: number };

const convolution = fc
  .record({ filters: channels, kernelSize: fc.constantFrom(1, 2, 3), activation, useBias: fc.boolean() })
  .map((options): Block => (name, from) => ({
    layers: [{ kind: 'conv2d', name, from, padding: 'same', ...options }],
    width: options.filters,
  }));
const grouped = fc.constantFrom(4, 8).map((filters): Block => (name, from, width) => ({
  layers: [{ kind: 'conv2d', name, from, filters, kernelSize: 1, groups: width % 4 === 0 ? 4 : 2 }],
  width: filters,
}));
const depthwise = fc
  .record({ depthMultiplier: fc.constantFrom(1, 2), activation })
  .map((options): Block => (name, from, width) => ({
    layers: [{ kind: 'depthwiseConv2d', name, from, kernelSize: 3, padding: 'same', ...options }],
    width: width * options.depthMultiplier,
  }));
const single = fc
  .constantFrom<Layer>(
    { kind: 'batchNormalization' },
    { kind: 'groupNormalization', groups: 2 },
    { kind: 'layerNormalization' },
    { kind: 'activation', activation: 'sigmoid' },
    { kind: 'activation', activation: 'softmax' },
    { kind: 'dropout', rate: 0.3 },
    { kind: 'channelShuffle', groups: 2 },
    { kind: 'shift', kernelSize: 3 },
    { kind: 'averagePooling2d', poolSize: 2, strides: 1, padding: 'same' },
    { kind: 'maxPooling2d', poolSize: 2, strides: 1, padding: 'same' },
  )
  .map((layer): Block => (name, from, width) => ({ layers: [{ ...layer, name, from } as Layer], width }));
const residual = activation.map((activation): Block => (name, from, width) => ({
  layers: [
    { kind: 'conv2d', name: `${name}/conv`, from, filters: width, kernelSize: 3, padding: 'same', activation },
    { kind: 'add', name, from: [`${name}/conv`, from] },
  ],
  width,
}));
const beside = channels.map((filters): Block => (name, from, width) => ({
  layers: [
    { kind: 'conv2d', name: `${name}/conv`, from, filters, kernelSize: 1 },
    { kind: 'concatenate', name, from: [from, `${name}/conv`] },
  ],
  width: width + filters,
}));

const end = fc.constantFrom<readonly Layer[]>(
  [{ kind: 'flatten' }],
  [{ kind: 'globalAveragePooling2d' }],
  [{ kind: 'flatten' }, { kind: 'dense', units: 7, activation: 'sigmoid' }],
  [{ kind: 'maxPooling2d', poolSize: 2 }, { kind: 'flatten' }, { kind: 'dense', units: 6, activation: 'relu' }],
);

const networks = fc
  .tuple(fc.array(fc.oneof(convolution, grouped, depthwise, single, residual, beside), { maxLength: 6 }), end)
  .map(([blocks, last]): Layer[] => {
    const layers: Layer[] = [{ kind: 'conv2d', name: 'stem', filters: 8, kernelSize: 3, activation: 'relu' }];
    let [from, width] = ['stem', 8];
    for (const [i, block] of blocks.entries()) {
      const made = block(`block${i}`, from, width);
      layers.push(...made.layers);
      [from, width] = [`block${i}`, made.width];
    }
    return [...layers, ...last, { kind: 'dense', units: 4 }];
  });

/** Odd numbers of channels, where engines compute blocks of them. */
test.each(['plain', 'fast'] as const)('the engine in its %s form computes what the network says', async (form) => {
  const engine = await openOnnxEngine(form);
  const chosen = catalogue.filter(([title]) => ['depthwise', 'resnet8, batch', 'cnn'].includes(title));
  expect(chosen).toHaveLength(3);
  for (const [title, network] of chosen) {
    const { input } = network.network;
    const inputs = makeInputs({ inputShape: input, classes: 10, form: 'floats', count: 3 });
    const model = withParameters(network, 5);
    const graph = channelGraph(network);
    const small = rebuilt(model, graph, someGone(graph, 0.4).gone);
    const trainer = await engine.compile({ network: small.network, optimizer: sgd, batchSize: 3, scale: 1 });
    const data = await engine.load(inputs, input);
    const logits = await trainer.predict(data, small.parameters.floats, Int32Array.of(0, 1, 2));
    await trainer.dispose();
    const size = inputs.inputs.length / 3;
    const rows = [0, 1, 2].map((i) => Float64Array.from(inputs.inputs.subarray(i * size, (i + 1) * size)));
    const expected = forward(small.network, small.parameters.floats, rows, { training: null }).logits;
    const reference = Float64Array.from(expected.flatMap((row) => [...row]));
    const largest = Math.max(...reference.map(Math.abs));
    expect([title, largestDifference(Float64Array.from(logits), reference) < 1e-5 * largest]).toEqual([title, true]);
  }
});

test('networks of any layers compute the same without channels as with them at 0', () => {
  fc.assert(
    fc.property(networks, fc.double({ min: 0.1, max: 1, noNaN: true }), fc.nat(1000), (layers, part, seed) =>
      expectSame(modelOf(layers, [6, 6, 2]), part, seed),
    ),
    { numRuns: 120 },
  );
});

test('a reshape in between keeps its channels apart, or keeps them all', () => {
  const tail: Layer[] = [{ kind: 'flatten' }, { kind: 'dense', units: 4 }];
  const stem: Layer = { kind: 'conv2d', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' };
  const regular = modelOf([stem, { kind: 'reshape', targetShape: [64, 8] }, ...tail]);
  expect(channelGraph(regular.network).groups).toHaveLength(8);
  expectSame(regular, 0.5);
  const wider = modelOf([stem, { kind: 'reshape', targetShape: [16, 32] }, ...tail]);
  expect(channelGraph(wider.network).groups).toHaveLength(8);
  expectSame(wider, 0.5);
  const mixed = modelOf([stem, { kind: 'reshape', targetShape: [32, 16, 1] }, ...tail]);
  expect(channelGraph(mixed.network).groups).toHaveLength(0);
});

test('FLOPs, shapes and names are those of a network written with fewer filters', () => {
  const layers: Layer[] = [
    { kind: 'conv2d', filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' },
    { kind: 'maxPooling2d' },
    { kind: 'conv2d', filters: 6, kernelSize: 3, activation: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', units: 5, activation: 'relu' },
    { kind: 'dense', units: 4 },
  ];
  const model = modelOf(layers);
  const graph = channelGraph(model.network);
  const gone = new Set([
    ...groupsOf(graph, 'conv2d').slice(0, 3),
    ...groupsOf(graph, 'conv2d_1').slice(2, 4),
    groupsOf(graph, 'dense')[4],
  ]);
  const small = rebuilt(model, graph, gone).network;
  // 5 of 8 filters on 8×8, 4 of 6 on 2×2 after pooling, 2·2·4 values into 4 of 5 units.
  expect(small.flops).toBe(2 * (64 * 9 * 2 * 5 + 4 * 9 * 5 * 4 + 16 * 4 + 4 * 4));
  expect(small.layout.tensors.map(({ name, shape }) => [name, ...shape])).toEqual([
    ['conv2d/kernel', 3, 3, 2, 5],
    ['conv2d/bias', 5],
    ['conv2d_1/kernel', 3, 3, 5, 4],
    ['conv2d_1/bias', 4],
    ['dense/kernel', 16, 4],
    ['dense/bias', 4],
    ['dense_1/kernel', 4, 4],
    ['dense_1/bias', 4],
  ]);
});

test('channels that are added to each other go together, and their normalization with them', () => {
  const { network } = modelOf([
    { kind: 'conv2d', name: 'stem', filters: 4, kernelSize: 3, padding: 'same' },
    { kind: 'conv2d', name: 'conv', filters: 4, kernelSize: 3, padding: 'same', useBias: false },
    { kind: 'batchNormalization', name: 'norm' },
    { kind: 'add', name: 'sum', from: ['norm', 'stem'] },
    { kind: 'globalAveragePooling2d' },
    { kind: 'dense', units: 4 },
  ]);
  const { groups, places } = channelGraph(network);
  expect(groups.map(({ members }) => members.map(({ layer, channel }) => `${layer.name} ${channel}`))).toEqual(
    [0, 1, 2, 3].map((channel) => [`stem ${channel}`, `conv ${channel}`]),
  );
  for (const name of ['stem', 'conv', 'norm', 'sum']) expect([...(places.get(name) ?? [])]).toEqual([0, 1, 2, 3]);
});

test('a group normalization loses whole groups, a grouped convolution the same of each group', () => {
  const { network } = modelOf([
    { kind: 'conv2d', name: 'a', filters: 8, kernelSize: 1 },
    { kind: 'groupNormalization', groups: 4 },
    { kind: 'conv2d', name: 'b', filters: 8, kernelSize: 1 },
    { kind: 'conv2d', name: 'c', filters: 6, kernelSize: 1, groups: 2 },
    { kind: 'globalAveragePooling2d' },
    { kind: 'dense', units: 4 },
  ]);
  const { places } = channelGraph(network);
  const shape = (name: string): number[] => {
    const own = [...(places.get(name) ?? [])];
    return own.map((group) => own.indexOf(group));
  };
  expect(shape('a')).toEqual([0, 0, 2, 2, 4, 4, 6, 6]);
  expect(shape('b')).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
  expect(shape('c')).toEqual([0, 1, 2, 0, 1, 2]);
});

test('the mask of single weights and buffers go with their channels', () => {
  const layers: Layer[] = [
    { kind: 'conv2d', filters: 4, kernelSize: 1 },
    { kind: 'batchNormalization' },
    { kind: 'flatten' },
    { kind: 'dense', units: 2 },
  ];
  const network = compileNetwork({ name: 'test', input: [1, 1, 1], layers, classes: 2 });
  const { layout } = network;
  const floats = Float32Array.from({ length: layout.floats }, (_, i) => i + 1);
  const mask = new Float32Array(layout.floats).fill(1);
  [floats[0], mask[0]] = [0, 0];
  const model = { ...uncompressed(network, { ...initialize(network, 1), floats }), mask };
  const graph = channelGraph(network);
  const small = rebuilt(model, graph, new Set([groupsOf(graph, 'conv2d')[1]]));
  // conv2d kernel, bias; gamma, beta, mean, variance; dense kernel [4, 2], bias.
  const expected = [0, 3, 4, 5, 7, 8, 9, 11, 12, 13, 15, 16, 17, 19, 20, 21, 23, 24, 25, 26, 29, 30, 31, 32, 33, 34];
  expect([...small.parameters.floats]).toEqual(expected);
  expect([...(small.mask ?? [])]).toEqual(expected.map((value) => (value === 0 ? 0 : 1)));
});

test.each<readonly [string, Layer]>([
  ['softmax', { kind: 'activation', activation: 'softmax' }],
  ['a softmax of its own', { kind: 'conv2d', filters: 5, kernelSize: 1, activation: 'softmax' }],
  ['layer normalization', { kind: 'layerNormalization' }],
  ['a normalization of one group', { kind: 'groupNormalization', groups: 1 }],
])('what has %s keeps all channels, what comes after loses some', (_name, layer) => {
  const { network } = modelOf([
    { kind: 'conv2d', name: 'before', filters: 6, kernelSize: 1 },
    { ...layer, name: 'whole' } as Layer,
    { kind: 'conv2d', name: 'after', filters: 6, kernelSize: 1 },
    { kind: 'flatten' },
    { kind: 'dense', units: 4 },
  ]);
  const { places } = channelGraph(network);
  expect(places.get('whole')?.every((group) => group === -1)).toBe(true);
  expect(places.get('before')?.every((group) => group === -1)).toBe(layer.kind !== 'conv2d');
  expect(new Set(places.get('after')).size).toBe(6);
});
