import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { admm } from '../../../shared/compression/prune/admm.js';
import { channelGraph } from '../../../shared/compression/prune/channels.js';
import { consumersOf, kernelOf, outputsOf } from '../../../shared/compression/prune/consumers.js';
import { lasso } from '../../../shared/compression/prune/lasso.js';
import { lassoEntries } from '../../../shared/compression/prune/lasso-path.js';
import { lassoCriterion } from '../../../shared/compression/prune/lasso-criterion.js';
import { ridgeRegression } from '../../../shared/compression/prune/least-squares.js';
import { rebuilt } from '../../../shared/compression/prune/rebuild.js';
import { repairBy } from '../../../shared/compression/prune/repair.js';
import { sampledInputs, sampleRows } from '../../../shared/compression/prune/sampled-inputs.js';
import { sparseProjection } from '../../../shared/compression/prune/sparse-projection.js';
import type { CompressedModel } from '../../../shared/compression/model.js';
import type { Engine } from '../../../shared/engine/engine.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import type { Layer } from '../../../shared/models/network.js';
import { RandomStream } from '../../../shared/util/random.js';
import { refusal } from '../../support/refusal.js';
import { benchOf, modelOf } from './subjects.js';

const vectors = fc.array(fc.float({ min: -4, max: 4, noNaN: true }), { minLength: 4, maxLength: 30 });

test('the projection has exactly as many zeros as asked for, is its own, and none as sparse is nearer', () => {
  fc.assert(
    fc.property(vectors, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (given, sparsity) => {
      const values = Float32Array.from(given.filter((value) => value !== 0));
      const all = [Uint32Array.from(values.keys())];
      const sparse = sparseProjection(values, all, sparsity);
      const zeros = Math.round(sparsity * values.length);
      expect(sparse.filter((value) => value === 0)).toHaveLength(zeros);
      expect(sparseProjection(sparse, all, sparsity)).toEqual(sparse);
      const lost = values.filter((_, i) => sparse[i] === 0).reduce((sum, value) => sum + value ** 2, 0);
      const least = values
        .map(Math.abs)
        .sort()
        .subarray(0, zeros)
        .reduce((sum, value) => sum + value ** 2, 0);
      expect(lost).toBeCloseTo(least, 5);
    }),
  );
});

test('what is in no group is not projected, each group has its own zeros', () => {
  const groups = [Uint32Array.of(0, 1), Uint32Array.of(3, 4)];
  expect([...sparseProjection(Float32Array.of(5, 6, 0.1, 1, 2), groups, 0.5)]).toEqual([0, 6, Math.fround(0.1), 0, 2]);
});

const matrixOf = (rows: number, columns: number, stream: RandomStream): Float64Array =>
  Float64Array.from({ length: rows * columns }, () => stream.normal());

test.each([
  [30, 5],
  [5, 30],
])('least squares of %i rows and %i columns: the gradient at the solution is 0', (rows, columns) => {
  const stream = new RandomStream({ seed: 1, purpose: 'test' });
  const outputs = 3;
  const [x, r] = [matrixOf(rows, columns, stream), matrixOf(rows, outputs, stream)];
  const part = 0.01;
  const solution = ridgeRegression(x, r, { rows, columns, outputs }, part);
  const trace = x.reduce((sum, value) => sum + value ** 2, 0);
  const ridge = (part * trace) / Math.min(rows, columns);
  for (let column = 0; column < columns; column++) {
    for (let o = 0; o < outputs; o++) {
      let gradient = ridge * solution[column * outputs + o];
      for (let row = 0; row < rows; row++) {
        let error = -r[row * outputs + o];
        for (let c = 0; c < columns; c++) error += x[row * columns + c] * solution[c * outputs + o];
        gradient += x[row * columns + column] * error;
      }
      expect(Math.abs(gradient)).toBeLessThan(1e-9);
    }
  }
});

test('the lasso of independent inputs takes them in the order of their shares, and leaves out a copy', () => {
  // Orthogonal: β_i enters at |b_i|.
  const identity = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const entries = lassoEntries(identity, Float64Array.of(0.2, -1, 0.5));
  expect(entries[1]).toBeGreaterThan(entries[2]);
  expect(entries[2]).toBeGreaterThan(entries[0]);
  expect(entries[2]).toBeCloseTo(0.5, 1);
  expect(entries[0]).toBeCloseTo(0.2, 1);
  // The second is half the first: what it could add, the first already says.
  const copied = Float64Array.of(4, 2, 0, 2, 1, 0, 0, 0, 1);
  const [whole, half] = lassoEntries(copied, Float64Array.of(6, 3, 1));
  expect(whole).toBeGreaterThan(0.9);
  expect(half).toBe(0);
  expect([...lassoEntries(identity, new Float64Array(3))]).toEqual([0, 0, 0]);
});

const layers: readonly Layer[] = [
  { kind: 'conv2d', name: 'first', filters: 8, kernelSize: 3, padding: 'same', strides: [2, 1], activation: 'relu' },
  {
    kind: 'conv2d',
    name: 'second',
    filters: 6,
    kernelSize: [3, 2],
    padding: 'same',
    strides: [1, 2],
    activation: 'relu',
  },
  { kind: 'maxPooling2d' },
  { kind: 'flatten' },
  { kind: 'dense', name: 'hidden', units: 10, activation: 'relu' },
  { kind: 'dense', name: 'logits', units: 4 },
];

/** The model whose channel `to` of a layer is the same as its channel `from`. */
const withCopy = (model: CompressedModel, layer: string, from: number, to: number): CompressedModel => {
  const floats = model.parameters.floats.slice();
  for (const { name, shape, offset, size } of model.network.layout.tensors) {
    if (!name.startsWith(`${layer}/`)) continue;
    const channels = shape[shape.length - 1];
    for (let i = 0; i < size; i += channels) floats[offset + i + to] = floats[offset + i + from];
  }
  return { ...model, parameters: { ...model.parameters, floats } };
};

describe('with an engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openOnnxEngine('plain');
  });
  const trained = async (): Promise<CompressedModel> => {
    const { bench } = benchOf(engine);
    return (await bench.train(modelOf(layers), { phase: 'train', epochs: 4, batchSize: 20, learningRate: 0.05 })).model;
  };

  test('ADMM comes nearer to sparse weights with each iteration, prunes exactly, and the classes stay apart', async () => {
    const { bench } = benchOf(engine);
    const model = await trained();
    const given = { sparsity: 0.8, rho: 0.5, iterations: 4, iterationEpochs: 2, epochs: 3, batchSize: 20 };
    const { details, ...pruned } = await admm.create(admm.options.parse(given)).apply(model, bench);
    const { distances } = details as { distances: readonly number[] };
    expect(distances).toHaveLength(4);
    expect(distances[3]).toBeLessThan(distances[0] / 1.5);
    const kernels = model.network.layout.tensors.filter(({ name }) => name.endsWith('kernel'));
    const weights = kernels.reduce((sum, { size }) => sum + size, 0);
    expect(pruned.mask?.filter((value) => value === 0)).toHaveLength(Math.round(0.8 * weights));
    const [before, after] = [await bench.evaluate(model), await bench.evaluate(pruned)];
    expect(before.accuracy).toBeGreaterThan(0.9);
    expect(after.accuracy).toBeGreaterThan(before.accuracy - 0.05);
  });

  test('the repair makes up for a channel whose values another one has too', async () => {
    for (const [layer, from, to] of [
      ['first', 1, 6],
      ['second', 0, 5],
      ['hidden', 3, 7],
    ] as const) {
      const { bench } = benchOf(engine);
      const model = withCopy(await trained(), layer, from, to);
      const graph = channelGraph(model.network);
      const groups = [...(graph.places.get(layer) ?? [])];
      const gone = new Set([groups[to]]);
      const smaller = rebuilt(model, graph, gone);
      const repaired = await repairBy(400)({ model, graph, gone }, smaller, bench);
      const logits = async (of: CompressedModel) => bench.predict(of, bench.validation);
      const [whole, cut, mended] = [await logits(model), await logits(smaller), await logits(repaired)];
      const distance = (a: Float32Array): number =>
        Math.hypot(...a.map((value, i) => value - whole[i])) / Math.hypot(...whole);
      expect([layer, distance(mended) < 0.02, distance(mended) < distance(cut) / 3]).toEqual([layer, true, true]);
    }
  });

  test('the repair puts what a constant channel gave into the bias', async () => {
    const { bench } = benchOf(engine);
    const model = await trained();
    const floats = model.parameters.floats.slice();
    for (const { name, shape, offset, size } of model.network.layout.tensors) {
      if (!name.startsWith('hidden/')) continue;
      const units = shape[shape.length - 1];
      for (let i = 4; i < size; i += units) floats[offset + i] = name.endsWith('bias') ? 3 : 0;
    }
    const constant = { ...model, parameters: { ...model.parameters, floats } };
    const graph = channelGraph(model.network);
    const gone = new Set([graph.places.get('hidden')?.[4] ?? -1]);
    const smaller = rebuilt(constant, graph, gone);
    const repaired = await repairBy(400)({ model: constant, graph, gone }, smaller, bench);
    const logits = async (of: CompressedModel) => bench.predict(of, bench.validation);
    const [whole, cut, mended] = [await logits(constant), await logits(smaller), await logits(repaired)];
    const distance = (a: Float32Array): number =>
      Math.hypot(...a.map((value, i) => value - whole[i])) / Math.hypot(...whole);
    expect(distance(mended)).toBeLessThan(0.02);
    expect(distance(mended)).toBeLessThan(distance(cut) / 10);
  });

  test('sampled inputs times the kernel are what the layer gives', async () => {
    const { bench } = benchOf(engine);
    const model = modelOf([
      { kind: 'conv2d', name: 'first', filters: 3, kernelSize: 1 },
      {
        kind: 'conv2d',
        name: 'wide',
        filters: 3,
        kernelSize: [3, 2],
        padding: 'same',
        strides: [1, 2],
        useBias: false,
      },
      {
        kind: 'conv2d',
        name: 'spread',
        filters: 5,
        kernelSize: [2, 3],
        dilationRate: [2, 1],
        strides: [2, 1],
        useBias: false,
      },
      { kind: 'flatten' },
      { kind: 'dense', name: 'logits', units: 4, useBias: false },
    ]);
    for (const layer of consumersOf(model).slice(1)) {
      const sampling = sampleRows(layer, 60, bench.pool, bench.random('test'));
      const outputs = outputsOf(layer);
      const x = await sampledInputs(layer, sampling, model, bench);
      const values = await bench.predict(model, sampling.indices, layer.name);
      const kernel = kernelOf(model, layer);
      const inputs = kernel.length / outputs;
      const positions = values.length / sampling.indices.length / outputs;
      for (let row = 0; row < sampling.rows; row++) {
        const example = Math.floor((row * sampling.indices.length) / sampling.rows);
        const at = (example * positions + sampling.positions[row]) * outputs;
        for (let o = 0; o < outputs; o++) {
          let sum = 0;
          for (let i = 0; i < inputs; i++) sum += x[row * inputs + i] * kernel[i * outputs + o];
          expect(sum).toBeCloseTo(values[at + o], 4);
        }
      }
    }
  });

  test('the lasso never needs a channel that the next layers take no value of', async () => {
    const { bench } = benchOf(engine);
    const model = await trained();
    const kernel = model.network.layout.tensors.find(({ name }) => name === 'second/kernel');
    const { offset, size } = kernel ?? { offset: 0, size: 0 };
    const floats = model.parameters.floats.slice();
    // [3, 2, 8, 6]: what is taken from the third of 8 channels.
    for (let i = 0; i < size; i++) if (Math.floor(i / 6) % 8 === 2) floats[offset + i] = 0;
    const without = { ...model, parameters: { ...model.parameters, floats } };
    const scores = await lassoCriterion(400).score(without, channelGraph(model.network), bench);
    expect([...(scores.get('first') ?? [])].map((score) => score === 0)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7].map((channel) => channel === 2),
    );
  });

  test.each(['filters', 'units'] as const)(
    'lasso takes %s and the classes stay apart even without training',
    async (of) => {
      const { bench } = benchOf(engine);
      const model = await trained();
      const given = { of, sparsity: 0.4, scope: 'layer', epochs: 0, samples: 500 };
      const small = await lasso.create(lasso.options.parse(given)).apply(model, bench);
      const widths = small.network.layers.filter(({ kind }) => kind === 'conv2d' || kind === 'dense');
      const expected = of === 'filters' ? [5, 4, 10, 4] : [8, 6, 6, 4];
      expect(widths.map(({ outputShape }) => outputShape[outputShape.length - 1])).toEqual(expected);
      const [before, after] = [await bench.evaluate(model), await bench.evaluate(small)];
      expect(after.accuracy).toBeGreaterThan(before.accuracy - 0.15);
    },
  );

  test('no filters, no units: refused', async () => {
    const { bench } = benchOf(engine);
    const flat = modelOf([{ kind: 'flatten' }, { kind: 'dense', units: 4 }]);
    const step = (of: string) => lasso.create(lasso.options.parse({ of, epochs: 0 }));
    await refusal('compression/nothing-to-do', () => step('filters').apply(flat, bench));
    await refusal('compression/nothing-to-do', () => step('units').apply(flat, bench));
  });
});
