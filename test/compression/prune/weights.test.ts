import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { lowest } from '../../../shared/compression/prune/lowest.js';
import { gradient } from '../../../shared/compression/prune/gradient.js';
import { magnitude } from '../../../shared/compression/prune/magnitude.js';
import { cubicSparsity } from '../../../shared/compression/prune/schedule.js';
import { pruneTo, requireGoing } from '../../../shared/compression/prune/select.js';
import { taylor } from '../../../shared/compression/prune/taylor.js';
import type { CompressedModel } from '../../../shared/compression/model.js';
import type { CompressionWarning } from '../../../shared/compression/workbench.js';
import type { Engine, Optimizer } from '../../../shared/engine/engine.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import type { Layer } from '../../../shared/models/network.js';
import { codeOf, refusal } from '../../support/refusal.js';
import { benchOf, modelOf } from './subjects.js';

const layers: readonly Layer[] = [
  { kind: 'conv2d', filters: 6, kernelSize: 3, activation: 'relu' },
  { kind: 'flatten' },
  { kind: 'dense', units: 4 },
];
const model = modelOf(layers);
const kernels = model.network.layout.tensors.filter(({ name }) => name.endsWith('kernel'));
const weights = kernels.reduce((sum, { size }) => sum + size, 0);

const warnings: CompressionWarning[] = [];
const bench = { warn: (warning: CompressionWarning) => warnings.push(warning) };
const magnitudesOf = ({ parameters: { floats } }: CompressedModel): Float32Array => floats.map(Math.abs);

const goneIn = ({ mask, parameters }: CompressedModel, offset: number, size: number): number => {
  let gone = 0;
  for (let i = offset; i < offset + size; i++) {
    const isGone = mask?.[i] === 0;
    if (isGone) expect(Math.abs(parameters.floats[i])).toBe(0);
    gone += isGone ? 1 : 0;
  }
  return gone;
};

test('the lowest scores are found, of equal ones the first', () => {
  const scores = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(scores, fc.nat(45), (values, count) => {
      const positions = Uint32Array.from(values.keys());
      const sorted = [...positions].sort((a, b) => values[a] - values[b] || a - b).slice(0, count);
      expect([...lowest(positions, Float64Array.from(values), count)]).toEqual(sorted.sort((a, b) => a - b));
    }),
  );
});

test('exactly the asked part of the kernels goes, biases stay', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0.01, max: 0.99, noNaN: true }),
      fc.constantFrom('global', 'layer' as const),
      (sparsity, scope) => {
        const pruned = pruneTo(model, magnitudesOf(model), { sparsity, scope }, bench);
        const gone = kernels.map(({ offset, size }) => goneIn(pruned, offset, size));
        if (scope === 'global') expect(gone.reduce((a, b) => a + b)).toBe(Math.round(sparsity * weights));
        else expect(gone).toEqual(kernels.map(({ size }) => Math.round(sparsity * size)));
        expect(goneIn(pruned, 0, model.network.layout.floats)).toBe(gone.reduce((a, b) => a + b));
      },
    ),
    { numRuns: 40 },
  );
});

test('global is one threshold: every weight that stays is at least as large as every one that goes', () => {
  const { mask } = pruneTo(model, magnitudesOf(model), { sparsity: 0.7, scope: 'global' }, bench);
  const sizes = (kept: number): number[] =>
    kernels.flatMap(({ offset, size }) =>
      [...model.parameters.floats.subarray(offset, offset + size)]
        .filter((_, i) => mask?.[offset + i] === kept)
        .map(Math.abs),
    );
  expect(Math.min(...sizes(1))).toBeGreaterThanOrEqual(Math.max(...sizes(0)));
});

test('what is gone stays gone and counts; a part that is gone already is refused', () => {
  const half = pruneTo(model, magnitudesOf(model), { sparsity: 0.5, scope: 'global' }, bench);
  const reversed = magnitudesOf(model).map((size) => -size);
  const more = pruneTo(half, reversed, { sparsity: 0.8, scope: 'global' }, bench);
  expect(half.mask?.every((value, i) => value === 1 || more.mask?.[i] === 0)).toBe(true);
  expect(goneIn(more, 0, model.network.layout.floats)).toBe(Math.round(0.8 * weights));
  expect(pruneTo(more, reversed, { sparsity: 0.5, scope: 'global' }, bench)).toBe(more);
  expect(codeOf(() => requireGoing(more, { sparsity: 0.5, scope: 'global' }))).toBe('compression/nothing-to-do');
  expect(codeOf(() => requireGoing(more, { sparsity: 0.9, scope: 'global' }))).toBe('none');
});

test('a layer that loses every weight is named', () => {
  warnings.length = 0;
  const [first] = kernels;
  const scores = magnitudesOf(model);
  scores.fill(-1, first.offset, first.offset + first.size);
  pruneTo(model, scores, { sparsity: first.size / weights, scope: 'global' }, bench);
  expect(warnings).toMatchObject([{ code: 'compression/empty-layer', layer: 'conv2d' }]);
});

test('the schedule is cubic', () => {
  expect(cubicSparsity(0.8, 0)).toBe(0);
  expect(cubicSparsity(0.8, 0.5)).toBeCloseTo(0.7);
  expect(cubicSparsity(0.8, 1)).toBe(0.8);
  expect(cubicSparsity(0.9, 0.2)).toBeCloseTo(0.9 * (1 - 0.512));
});

describe('with an engine', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await openOnnxEngine('plain');
  });

  const optimizers: readonly Optimizer[] = [
    { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0.01 },
    { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 },
  ];
  test.each(optimizers)('what is gone stays 0 under $kind, the rest learns', async (optimizer) => {
    const { bench } = benchOf(engine);
    const pruned = pruneTo(model, magnitudesOf(model), { sparsity: 0.6, scope: 'global' }, bench);
    const plan = { phase: 'fine-tune', epochs: 2, batchSize: 20, learningRate: 0.01, optimizer };
    const { model: trained } = await bench.train(pruned, plan);
    expect(goneIn(trained, 0, model.network.layout.floats)).toBe(Math.round(0.6 * weights));
    const isMoved = trained.parameters.floats.some(
      (value, i) => pruned.mask?.[i] === 1 && value !== pruned.parameters.floats[i],
    );
    expect(isMoved).toBe(true);
  });

  test.each([magnitude, gradient, taylor])(
    '$name prunes to the sparsity and the rest still tells the classes apart',
    async (step) => {
      const { bench } = benchOf(engine);
      const dense = await bench.train(model, { phase: 'train', epochs: 4, batchSize: 20, learningRate: 0.05 });
      const before = await bench.evaluate(dense.model);
      const options = step.options.parse({ sparsity: 0.7, steps: 3, epochs: 3, batchSize: 20 });
      const pruned = await step.create(options).apply(dense.model, bench);
      expect(goneIn(pruned, 0, model.network.layout.floats)).toBe(Math.round(0.7 * weights));
      const after = await bench.evaluate(pruned);
      expect(before.accuracy).toBeGreaterThan(0.8);
      expect(after.accuracy).toBeGreaterThan(before.accuracy - 0.05);
    },
  );

  test('taylor and gradient see what the loss depends on', async () => {
    const { bench } = benchOf(engine);
    // The second unit leads nowhere: neither its weights nor those from it change the loss.
    const small = modelOf([
      { kind: 'flatten' },
      { kind: 'dense', units: 2, activation: 'tanh' },
      { kind: 'dense', units: 4 },
    ]);
    const floats = small.parameters.floats.slice();
    const [first, , second] = small.network.layout.tensors;
    floats.fill(0, second.offset + 4, second.offset + 8);
    const dead = { ...small, parameters: { ...small.parameters, floats } };
    for (const step of [taylor, gradient]) {
      const options = step.options.parse({
        sparsity: first.size / 2 / (first.size + second.size),
        steps: 1,
        epochs: 0,
      });
      const { mask } = await step.create(options).apply(dead, bench);
      const gone = [0, 1].map(
        (unit) =>
          mask?.subarray(first.offset, first.offset + first.size).filter((value, i) => i % 2 === unit && value === 0)
            .length,
      );
      expect([step.name, gone[0], (gone[1] ?? 0) >= first.size / 2 - 4]).toEqual([step.name, 0, true]);
    }
  });

  test('a network without kernels, a quantized model and a part that is too small are refused', async () => {
    const { bench } = benchOf(engine);
    const step = (sparsity: number) => magnitude.create(magnitude.options.parse({ sparsity, epochs: 0 }));
    const plain = modelOf([{ kind: 'globalAveragePooling2d' }, { kind: 'batchNormalization' }], [4, 4, 4]);
    await refusal('compression/nothing-to-do', () => step(0.5).apply(plain, bench));
    await refusal('compression/nothing-to-do', () => step(0.0001).apply(model, bench));
    const quantized = { ...model, quantization: { weights: new Map(), activations: new Map() } };
    await refusal('compression/impossible', () => step(0.5).apply(quantized, bench));
  });
});
