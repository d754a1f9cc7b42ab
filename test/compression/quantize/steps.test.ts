import { beforeAll, describe, expect, test } from 'vitest';
import { evaluateModel, integerLogits } from '../../../shared/compression/evaluate.js';
import { fineTune } from '../../../shared/compression/fine-tune.js';
import type { CompressedModel } from '../../../shared/compression/model.js';
import { magnitude } from '../../../shared/compression/prune/magnitude.js';
import { cluster } from '../../../shared/compression/quantize/cluster.js';
import { learnedGrid, requireKernels, trainedGrid } from '../../../shared/compression/quantize/kernels.js';
import type { MixedDetails } from '../../../shared/compression/quantize/mixed-details.js';
import { mixed } from '../../../shared/compression/quantize/mixed.js';
import { ptq } from '../../../shared/compression/quantize/ptq.js';
import { qat } from '../../../shared/compression/quantize/qat.js';
import { quantizeModel } from '../../../shared/compression/quantize/quantize-model.js';
import type { CompressionStep, StepResult } from '../../../shared/compression/step.js';
import type { CompressionWarning, Workbench } from '../../../shared/compression/workbench.js';
import { onGrid } from '../../../shared/engine/grid.js';
import { beginSteps, firstStep, stepTensor, withLearnedSteps } from '../../../shared/engine/learned-steps.js';
import { sgd } from '../../../shared/engine/engine.js';
import type { Layer } from '../../../shared/models/network.js';
import { sizeOf } from '../../../shared/params/layout.js';
import { tensorFloats, zeroParameters } from '../../../shared/params/parameters.js';
import { classes, convolutional, dataset, openBench, perceptron, trained, untrained } from './small-problem.js';

const warnings: CompressionWarning[] = [];
let bench: Workbench;
let model: CompressedModel;
let wide: CompressedModel;

beforeAll(async () => {
  bench = await openBench(warnings);
  model = await trained(perceptron, bench);
  wide = await trained(convolutional, bench, 4);
});

const applied = (step: CompressionStep, options: object, to = model): Promise<StepResult> =>
  step.create(step.options.parse(options)).apply(to, bench);

const kernelsOf = (of: CompressedModel): Float32Array[] =>
  requireKernels(of).map(({ tensor: { offset, size } }) => of.parameters.floats.subarray(offset, offset + size));

const refusal = (code: string): Error => expect.objectContaining({ code }) as Error;

/** Mean cross-entropy of logits, nats. */
const lossOf = (logits: Float32Array, examples: Int32Array): number => {
  let sum = 0;
  for (const [row, example] of examples.entries()) {
    const own = Array.from(logits.subarray(row * classes, (row + 1) * classes));
    sum += Math.log(own.reduce((all, x) => all + Math.exp(x), 0)) - own[dataset.train.labels[example]];
  }
  return sum / examples.length;
};

describe('ptq', () => {
  test('8 bits keep the accuracy; kernels lie on their grids, biases are as they were', async () => {
    const { accuracy } = await bench.evaluate(wide);
    expect(accuracy).toBeGreaterThan(0.9);
    const quantized = await applied(ptq, {}, wide);
    expect(Math.abs((await evaluateModel(quantized, bench)).accuracy - accuracy)).toBeLessThanOrEqual(0.006);
    const { quantization, parameters, network } = quantized;
    expect([...(quantization?.activations.keys() ?? [])]).toEqual(['input', 'conv2d', 'depthwise_conv2d', 'dense']);
    for (const { name, offset, size } of network.layout.tensors) {
      const values = parameters.floats.subarray(offset, offset + size);
      const grid = quantization?.weights.get(name);
      expect(grid === undefined).toBe(name.endsWith('/bias'));
      const expected =
        grid === undefined ? wide.parameters.floats.subarray(offset, offset + size) : onGrid(values, grid);
      expect(Array.from(values)).toEqual(Array.from(expected));
    }
  });

  test('fewer bits, more error; clips of least error beat the whole range with 3', async () => {
    const distances: number[] = [];
    for (const weightBits of [8, 6, 4, 2]) {
      const { parameters } = await applied(ptq, { weightBits, activationBits: null });
      distances.push(parameters.floats.reduce((sum, x, i) => sum + (x - model.parameters.floats[i]) ** 2, 0));
    }
    expect(distances).toEqual(distances.toSorted((a, b) => a - b));
    const distance = async (weightCalibration: string): Promise<number> => {
      const { parameters } = await applied(ptq, { weightBits: 3, activationBits: null, weightCalibration });
      return parameters.floats.reduce((sum, x, i) => sum + (x - model.parameters.floats[i]) ** 2, 0);
    };
    expect(await distance('mse')).toBeLessThan(await distance('minmax'));
  });

  test.each(['signed', 'of any zero point'])('pruned weights stay 0 on grids that are %s', async (kind) => {
    const pruned = await applied(magnitude, { sparsity: 0.8, epochs: 0, steps: 1 });
    const quantized = await applied(ptq, { weightBits: 3, weightSymmetric: kind === 'signed' }, pruned);
    for (const [i, living] of (pruned.mask ?? []).entries()) {
      if (living === 0) expect(quantized.parameters.floats[i]).toBe(0);
    }
    expect(quantized.mask).toBe(pruned.mask);
  });

  test('clients’ counts give the ranges of all of their examples, from far fewer bytes', async () => {
    const options = { clients: 7, examples: 10_000, activationCalibration: 'minmax' };
    const { quantization, details } = await applied(ptq, options, wide);
    const onGrids = await applied(ptq, { activationBits: null }, wide);
    for (const [point, grid] of quantization?.activations ?? []) {
      if (point === 'input') continue;
      const all = await bench.predict(onGrids, bench.pool, point);
      const largest = all.reduce((most, value) => Math.max(most, value), 0);
      expect(grid.scales[0] * 255).toBeCloseTo(largest, 4);
    }
    const { statistics } = details as { statistics: { clients: number; bytes: number } };
    expect(statistics.clients).toBe(7);
    expect(statistics.bytes).toBeLessThan(7 * 4 * 4096);
    await expect(applied(ptq, { clients: 5000 }, wide)).rejects.toMatchObject({
      code: 'compression/impossible',
      hint: expect.stringMatching(/at most \d+ clients/),
    });
  });

  test('repeats to the bit', async () => {
    const [first, second] = [await applied(ptq, {}, wide), await applied(ptq, {}, wide)];
    expect(first.parameters.floats).toEqual(second.parameters.floats);
    expect(first.quantization).toEqual(second.quantization);
  });

  test('a network without kernels has nothing to quantize', async () => {
    const bare = untrained([{ kind: 'averagePooling2d', poolSize: 4 }, { kind: 'flatten' }]);
    for (const step of [ptq, qat, mixed, cluster]) {
      await expect(applied(step, {}, bare), step.name).rejects.toThrow(refusal('compression/nothing-to-do'));
    }
  });

  test('training after it is refused, more examples than there are is told', async () => {
    warnings.length = 0;
    const quantized = await applied(ptq, { examples: 100_000 });
    expect(warnings.map(({ code }) => code)).toContain('compression/few-examples');
    await expect(applied(fineTune, {}, quantized)).rejects.toThrow(refusal('compression/impossible'));
  });

  test('a model that diverged is refused', async () => {
    const floats = model.parameters.floats.slice().fill(NaN, 0, 3);
    const broken = { ...model, parameters: { ...model.parameters, floats } };
    await expect(applied(ptq, {}, broken)).rejects.toThrow(refusal('compression/impossible'));
  });
});

/** One hidden layer, so that ranges found in training and after it are of the same numbers. */
const single: readonly Layer[] = [
  { kind: 'conv2d', filters: 6, kernelSize: 3, activation: 'tanh' },
  { kind: 'maxPooling2d' },
  { kind: 'flatten' },
  { kind: 'dense', units: classes },
];

/** Biases are rounded to the steps of a layer's sums; without them nothing is rounded but what lies on grids. */
const withoutBiases = (of: CompressedModel): CompressedModel => {
  const floats = of.parameters.floats.slice();
  for (const { name, offset, size } of of.network.layout.tensors) {
    if (name.endsWith('/bias')) floats.fill(0, offset, offset + size);
  }
  return { ...of, parameters: { ...of.parameters, floats } };
};

describe('qat', () => {
  test.each([
    ['perceptron', perceptron, 4, 4, 'measured'],
    ['perceptron', perceptron, 2, 8, 'measured'],
    ['perceptron', perceptron, 2, 8, 'learned'],
    ['convolution', single, 8, 8, 'measured'],
    ['convolution', single, 3, 5, 'measured'],
    ['convolution', single, 3, 5, 'learned'],
  ] as const)(
    '%s: training sees what the model of integers gives, with weights of %i bits and activations of %i, steps %s',
    async (_name, layers, weightBits, activationBits, step) => {
      const before = withoutBiases(await trained(layers, bench, 1));
      const learnsSteps = step === 'learned';
      const network = learnsSteps ? withLearnedSteps(before.network, weightBits) : before.network;
      const parameters = zeroParameters(network.layout);
      parameters.floats.set(before.parameters.floats);
      // Not where steps begin: a step that the weights do not have by any rule.
      for (const { role, offset } of network.layout.tensors) if (role === 'step') parameters.floats[offset] = 0.11;
      const batch = bench.validation.subarray(0, 64);
      const spec = {
        network,
        batchSize: batch.length,
        optimizer: sgd,
        fakeQuantization: { weightBits, activationBits, learnsSteps },
      };
      const task = {
        parameters: parameters.floats,
        indices: batch,
        weights: new Float32Array(batch.length).fill(1 / batch.length),
        steps: 1,
        learningRate: 0,
      };
      const data = await bench.examples('train');
      const { loss } = await bench.withTrainer(spec, (trainer) => trainer.train(data, task));
      const activations = {
        bits: activationBits,
        isSymmetric: false,
        calibration: 'minmax',
        percentile: 100,
        examples: 64,
        clients: 0,
      } as const;
      const quantized = await quantizeModel(before, bench, {
        weights: (kernel, floats) =>
          learnsSteps ? learnedGrid(kernel, parameters, weightBits) : trainedGrid(kernel, floats, weightBits),
        activations,
      });
      const found = lossOf(await integerLogits(quantized, bench, 'train', batch), batch);
      const float = lossOf(await bench.predict(before, batch), batch);
      expect(Math.abs(found - loss)).toBeLessThan(1e-5);
      expect(Math.abs(float - loss)).toBeGreaterThan(1e-4);
    },
  );

  test('with 2 bits it is far better than quantization after training', async () => {
    const options = { weightBits: 2, activationBits: 4 };
    const after = await evaluateModel(await applied(ptq, options, wide), bench);
    const during = await evaluateModel(await applied(qat, { ...options, epochs: 2, learningRate: 0.02 }, wide), bench);
    expect(during.accuracy).toBeGreaterThan(after.accuracy + 0.02);
    expect(during.loss).toBeLessThan(after.loss);
  });

  test('learned steps move from where they begin, stay positive, and are those of the grids', async () => {
    const options = { weightBits: 2, activationBits: 8, epochs: 2, learningRate: 0.02 };
    const { quantization, network, parameters } = await applied(qat, { ...options, step: 'learned' }, wide);
    expect(network.layout.id).toBe(wide.network.layout.id);
    const first = withLearnedSteps(wide.network, 2);
    const begun = zeroParameters(first.layout);
    begun.floats.set(wide.parameters.floats);
    beginSteps(wide.network, begun, 2);
    for (const { tensor } of requireKernels(wide)) {
      const [scale] = quantization!.weights.get(tensor.name)!.scales;
      const [before] = tensorFloats(first.layout, begun.floats, stepTensor(tensor.name));
      expect(before).toBeCloseTo(firstStep(tensorFloats(network.layout, wide.parameters.floats, tensor.name), 2), 12);
      expect(scale).toBeGreaterThan(0);
      expect(Math.abs(scale / before - 1)).toBeGreaterThan(1e-4);
      const levels = new Set(tensorFloats(network.layout, parameters.floats, tensor.name));
      expect([...levels].every((value) => value === 0 || Math.abs(value) === scale)).toBe(true);
    }
  });

  test.each(['measured', 'learned'])('what was pruned stays 0 through the training, steps %s', async (step) => {
    const pruned = await applied(magnitude, { sparsity: 0.7, epochs: 0, steps: 1 });
    const { parameters } = await applied(qat, { weightBits: 4, epochs: 1, step }, pruned);
    for (const [i, living] of (pruned.mask ?? []).entries()) if (living === 0) expect(parameters.floats[i]).toBe(0);
  });
});

describe('mixed', () => {
  test('holds its budget of size and keeps the curve: more bits, less loss', async () => {
    const { quantization, details, network } = await applied(mixed, { bits: 4, granularity: 'tensor' }, wide);
    const sizes = requireKernels({ network }).map(({ tensor }) => sizeOf(tensor.shape));
    const bits = [...(quantization?.weights.values() ?? [])].map((grid) => grid.bits);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    const mean = sizes.reduce((sum, size, i) => sum + size * bits[i], 0) / total;
    expect(mean).toBeLessThanOrEqual(4);
    expect(mean).toBeGreaterThan(3);
    const { tradeOff, meanBits, loss } = details as MixedDetails;
    expect(loss).toBeGreaterThanOrEqual(tradeOff[0].loss - 1e-3);
    expect(loss).toBeLessThan(tradeOff.at(-1)?.loss ?? 0);
    expect(meanBits).toBeCloseTo(mean, 9);
    expect([tradeOff[0].bits, tradeOff.at(-1)?.bits]).toEqual([8, 2]);
    expect(tradeOff[0].loss).toBeLessThan(tradeOff.at(-1)?.loss ?? 0);
  });

  test('a budget of operations counts multiply-accumulates', async () => {
    const { details } = await applied(mixed, { bits: 3, budget: 'flops', activationBits: null }, wide);
    const { meanBits, layers } = details as { meanBits: number; layers: { name: string; bits: number }[] };
    expect(meanBits).toBeLessThanOrEqual(3);
    const flops = requireKernels(wide).map(({ layer }) => layer.flops);
    const spent = layers.reduce((sum, { bits }, i) => sum + bits * flops[i], 0);
    expect(spent / flops.reduce((sum, one) => sum + one, 0)).toBeCloseTo(meanBits, 9);
  });

  test('a budget that nothing can meet is refused with the least possible', async () => {
    const error = refusal('compression/impossible');
    await expect(applied(mixed, { bits: 1.5 })).rejects.toThrow(error);
    await expect(applied(mixed, { bits: 1.5 })).rejects.toHaveProperty(
      'hint',
      expect.stringMatching(/2 bits, [\d,]+ bytes of weights\.$/),
    );
    await expect(applied(mixed, { bits: 1, budget: 'flops' })).rejects.toThrow(
      /^1 bit in the mean, [\d,]+ bit operations, can't be reached/,
    );
  });
});

describe('cluster', () => {
  test('a kernel has a few numbers, also after training; what was pruned stays 0', async () => {
    const pruned = await applied(magnitude, { sparsity: 0.5, epochs: 0, steps: 1 });
    for (const epochs of [0, 2]) {
      const clustered = await applied(cluster, { bits: 3, epochs }, pruned);
      for (const values of kernelsOf(clustered)) {
        const numbers = new Set(values);
        expect(numbers.delete(0)).toBe(true);
        expect(numbers.size).toBe(8);
      }
      for (const [i, living] of (pruned.mask ?? []).entries()) {
        if (living === 0) expect(clustered.parameters.floats[i]).toBe(0);
      }
    }
  });

  test('training moves the shared numbers for the better', async () => {
    const loss = async (epochs: number): Promise<number> =>
      (await bench.evaluate(await applied(cluster, { bits: 1, epochs, learningRate: 0.05 }), 'validation')).loss;
    expect(await loss(3)).toBeLessThan(await loss(0));
  });

  test('kernels that have so few numbers already are refused', async () => {
    const clustered = await applied(cluster, { bits: 2, epochs: 0 });
    await expect(applied(cluster, { bits: 2 }, clustered)).rejects.toThrow(refusal('compression/nothing-to-do'));
  });

  test('one number more than a kernel may have is enough, with zeros and without', async () => {
    for (const values of [
      [1, 2, 3],
      [0, 1, 2, 3],
    ]) {
      const floats = model.parameters.floats.map((_, i) => values[i % values.length]);
      const few = { ...model, parameters: { ...model.parameters, floats } };
      for (const kernel of kernelsOf(await applied(cluster, { bits: 1, epochs: 0 }, few))) {
        expect(new Set(kernel.filter((weight) => weight !== 0)).size).toBe(2);
      }
    }
  });
});
