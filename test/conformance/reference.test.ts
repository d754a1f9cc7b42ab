import { describe, expect, test } from 'vitest';
import { sgd, type TrainingSpec } from '../../shared/engine/engine.js';
import { compileNetwork } from '../../shared/models/compile.js';
import type { Layer } from '../../shared/models/network.js';
import { activate, erf } from './reference/activations.js';
import { rowLoss } from './reference/losses.js';
import { forward } from './reference/network.js';
import { makeStep } from './reference/optimizers.js';
import { Quantizer } from './reference/quantization.js';
import { referenceTraining } from './reference/training.js';

/* The reference itself, against values worked out by hand. */

const numbers = (rows: readonly Float64Array[]): number[][] => rows.map((row) => [...row]);

/** What a layer makes of an example; every other layer passes it on. */
const layerOf = (
  input: readonly number[],
  layer: Layer,
  parameters: readonly number[],
  rows: readonly (readonly number[])[],
  weights: readonly number[] | null = null,
): { values: number[][]; buffers: Record<string, number[]> } => {
  const layers: Layer[] = [{ ...layer, name: 'it' }, { kind: 'flatten' }, { kind: 'dense', units: 1 }];
  const network = compileNetwork({ name: 'hand', input, layers, classes: 1 });
  const training = weights === null ? null : { weights, keep: () => rows.map(() => Uint8Array.of(1, 0, 1, 1)) };
  const all = [...parameters, ...new Float64Array(network.layout.floats - parameters.length)];
  const { values, buffers } = forward(
    network,
    all,
    rows.map((row) => Float64Array.from(row)),
    { training },
  );
  return {
    values: numbers(values.get('it') ?? []),
    buffers: Object.fromEntries([...buffers].map(([name, value]) => [name, [...value]])),
  };
};

const close = (actual: readonly number[], expected: readonly number[]): void => {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(actual[i]).toBeCloseTo(value, 12);
};

describe('layers', () => {
  test('the error function', () => {
    close(
      [0, 0.5, 1, -2, 3, 7].map(erf),
      [0, 0.5204998778130465, 0.8427007929497149, -0.9953222650189527, 0.9999779095030014, 1],
    );
  });

  test('activations', () => {
    const of = (name: Parameters<typeof activate>[0], ...values: number[]): number[] =>
      numbers(activate(name, [Float64Array.from(values)], values.length))[0];
    close(of('relu6', -1, 2, 7), [0, 2, 6]);
    close(of('hardSwish', -4, -1, 1, 4), [0, -1 / 3, 2 / 3, 4]);
    close(of('sigmoid', 0, Math.log(3)), [0.5, 0.75]);
    close(of('gelu', 0, 1, -1), [0, 0.8413447460685429, -0.15865525393145707]);
    close(of('softmax', 0, Math.log(3)), [0.25, 0.75]);
  });

  test('dense on each position', () => {
    // [1, 2] · [[1, 2, 3], [4, 5, 6]] + [10, 20, 30]
    const { values } = layerOf([2, 2], { kind: 'dense', units: 3 }, [1, 2, 3, 4, 5, 6, 10, 20, 30], [[1, 2, 0, 1]]);
    expect(values).toEqual([[19, 32, 45, 14, 25, 36]]);
  });

  test('a convolution with the odd zero of its padding at the end', () => {
    const layer: Layer = { kind: 'conv2d', filters: 1, kernelSize: 2, padding: 'same' };
    const { values } = layerOf([2, 3, 1], layer, [1, 10, 100, 1000, 0.5], [[1, 2, 3, 4, 5, 6]]);
    expect(values).toEqual([[5421.5, 6532.5, 603.5, 54.5, 65.5, 6.5]]);
  });

  test('groups, dilation and stride of a convolution', () => {
    const layer: Layer = {
      kind: 'conv2d',
      filters: 2,
      kernelSize: [1, 2],
      groups: 2,
      strides: [1, 2],
      dilationRate: [1, 2],
    };
    // Two channels, five positions; filter 0 sees channel 0 with 1, 10, filter 1 channel 1 with 2, 20.
    const { values } = layerOf([1, 5, 2], layer, [1, 2, 10, 20, 0, 0], [[1, 6, 2, 7, 3, 8, 4, 9, 5, 0]]);
    expect(values).toEqual([[31, 172, 53, 16]]);
  });

  test('a depthwise convolution with a multiplier', () => {
    const layer: Layer = { kind: 'depthwiseConv2d', kernelSize: 1, depthMultiplier: 2 };
    const { values } = layerOf([1, 1, 2], layer, [1, 2, 3, 4, 0, 0, 0, 5], [[10, 100]]);
    expect(values).toEqual([[10, 20, 300, 405]]);
  });

  test('pooling leaves the padding out', () => {
    const image = [[-1, -2, -3, -4, -5, -6, -7, -8, -9]];
    const options = { poolSize: 2, padding: 'same' } as const;
    expect(layerOf([3, 3, 1], { kind: 'maxPooling2d', ...options }, [], image).values).toEqual([[-1, -3, -7, -9]]);
    expect(layerOf([3, 3, 1], { kind: 'averagePooling2d', ...options }, [], image).values).toEqual([
      [-3, -4.5, -7.5, -9],
    ]);
    expect(layerOf([3, 3, 1], { kind: 'globalAveragePooling2d' }, [], image).values).toEqual([[-5]]);
  });

  test('batch normalization: weighted statistics in training, running ones else', () => {
    const layer: Layer = { kind: 'batchNormalization', momentum: 0.75, epsilon: 1 };
    const parameters = [2, 1, 8, 3];
    // Mean 3, variance 3: (6 − 3) / √(3 + 1) · 2 + 1
    const { values, buffers } = layerOf([1], layer, parameters, [[2], [6]], [0.75, 0.25]);
    expect(values).toEqual([[0], [4]]);
    expect(buffers).toEqual({ 'it/moving_mean': [6.75], 'it/moving_variance': [3] });
    expect(layerOf([1], layer, parameters, [[2], [6]]).values).toEqual([[-5], [-1]]);
  });

  test('group and layer normalization', () => {
    // Groups of channels {0, 1} and {2, 3} over both positions: means 2.5 and 25, variances 1.25 and 125.
    const image = [[1, 2, 10, 20, 3, 4, 30, 40]];
    const affine = [1, 1, 1, 2, 0, 0, 0, 5];
    const group: Layer = { kind: 'groupNormalization', groups: 2, epsilon: 1 };
    const [low, high] = [1 / Math.sqrt(2.25), 1 / Math.sqrt(126)];
    close(layerOf([1, 2, 4], group, affine, image).values[0], [
      -1.5 * low,
      -0.5 * low,
      -15 * high,
      -5 * high * 2 + 5,
      0.5 * low,
      1.5 * low,
      5 * high,
      15 * high * 2 + 5,
    ]);
    const { values } = layerOf([2, 2], { kind: 'layerNormalization', epsilon: 1 }, [1, 2, 0, 7], [[1, 3, 4, 4]]);
    close(values[0], [-1 / Math.SQRT2, 2 / Math.SQRT2 + 7, 0, 7]);
  });

  test('shuffle, shift, dropout, text', () => {
    expect(layerOf([6], { kind: 'channelShuffle', groups: 2 }, [], [[1, 2, 3, 4, 5, 6]]).values).toEqual([
      [1, 4, 2, 5, 3, 6],
    ]);
    // Of nine channels on 1×2, all 1 at the left: only those that go right or stay in their row are still there.
    const left = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const shifted = layerOf([1, 2, 9], { kind: 'shift' }, [], [[...left, ...left.map(() => 0)]]).values;
    expect(shifted).toEqual([[0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0]]);
    expect(layerOf([4], { kind: 'dropout', rate: 0.5 }, [], [[1, 2, 3, 4]], [1]).values).toEqual([[2, 0, 6, 8]]);
    const embedding: Layer = { kind: 'embedding', inputDim: 2, outputDim: 2, positions: true };
    expect(layerOf([2], embedding, [1, 2, 3, 4, 10, 20, 30, 40], [[1, 0]]).values).toEqual([[13, 24, 31, 42]]);
  });

  test('attention of a position to itself and those before it', () => {
    // Two heads of width 1 on width 1. Queries 1 and 0, keys x, values x and 10 x, output their sum.
    const parameters = [0, 0, 1, 0, 1, 1, 0, 0, 1, 10, 0, 0, 1, 1, 0.5];
    const layer: Layer = { kind: 'causalSelfAttention', numHeads: 2, keyDim: 1 };
    const { values } = layerOf([2, 1], layer, parameters, [[0, Math.log(3)]]);
    const mean = Math.log(3);
    close(values[0], [0.5, 0.75 * mean + 5 * mean + 0.5]);
  });
});

describe('training', () => {
  test('losses', () => {
    const logits = [0, Math.log(3)];
    const crossEntropy = (label: number, labelSmoothing: number): number =>
      rowLoss({ kind: 'crossEntropy', labelSmoothing }, logits, label, []);
    close(
      [crossEntropy(1, 0), crossEntropy(1, 0.5)],
      [-Math.log(0.75), -0.75 * Math.log(0.75) - 0.25 * Math.log(0.25)],
    );
    expect(rowLoss({ kind: 'meanSquaredError' }, [3, 2], 1, [])).toBe(5);
    const distillation = { kind: 'distillation', temperature: 2, alpha: 0.25 } as const;
    const teacher = [2 * Math.log(3), 0];
    const divergence = 0.75 * Math.log(0.75 / 0.5) + 0.25 * Math.log(0.25 / 0.5);
    close([rowLoss(distillation, [0, 0], 1, teacher)], [0.25 * 4 * divergence + 0.75 * Math.log(2)]);
  });

  test('optimizers', () => {
    const twoSteps = (...[optimizer]: [Parameters<typeof makeStep>[0]]): number[] => {
      const step = makeStep(optimizer, 1);
      const first = step(Float64Array.of(10), Float64Array.of(2), 0.1);
      return [first[0], step(first, Float64Array.of(-1), 0.1)[0]];
    };
    const momentum = { kind: 'sgd', momentum: 0.5, nesterov: false, weightDecay: 0 } as const;
    close(twoSteps(momentum), [9.8, 9.8]);
    close(twoSteps({ ...momentum, nesterov: true }), [9.7, 9.7 + 0.1]);
    close(twoSteps({ ...momentum, momentum: 0, weightDecay: 0.1 }), [9.7, 9.7 + 0.1 * (1 - 0.97)]);
    const adam = { kind: 'adam', beta1: 0.5, beta2: 0.5, epsilon: 1, weightDecay: 0 } as const;
    // Second step: mean (0.5 · 1 − 0.5) / 0.75 = 0.
    close(twoSteps(adam), [10 - 0.2 / 3, 10 - 0.2 / 3]);
    close(twoSteps({ ...adam, kind: 'adamw', weightDecay: 0.1 }), [9.9 - 0.2 / 3, (9.9 - 0.2 / 3) * 0.99]);
  });

  test('fake quantization: the grid, and the identity’s gradient within it', () => {
    const weights = (...values: number[]): number[] => [
      ...new Quantizer({ weightBits: 3, activationBits: null }).weights('w', Float64Array.from(values), null),
    ];
    close(weights(-3, 0.4, 0.6, 2.4), [-3, 0, 1, 2]);
    const quantizer = new Quantizer({ weightBits: null, activationBits: 2 });
    const activations = (...values: number[]): number[] =>
      numbers(quantizer.activations('a', [Float64Array.from(values)]))[0];
    // From −0.4 to 2.6 in steps of 1, 0 one of them: 0 to 3; −0.4 is outside.
    close(activations(-0.4, 1.2, 2.6), [0, 1, 3]);
    close(activations(-0.3, 1.3, 2.5), [0, 1.1, 2.9]);
    expect(quantizer.margin).toBeCloseTo(0.1, 12);
  });

  test('a step: proximal term, clipping, correction, optimizer and mask in their order', () => {
    const network = compileNetwork({ name: 'two', input: [1], layers: [{ kind: 'dense', units: 2 }], classes: 2 });
    const spec: TrainingSpec = {
      network,
      optimizer: { ...sgd, weightDecay: 0.5 } as typeof sgd,
      batchSize: 2,
      scale: 1,
      clipNorm: 5,
      hooks: ['proximal', 'correction', 'mask'],
      loss: { kind: 'meanSquaredError' },
    };
    const examples = { count: 1, inputs: Float32Array.of(2), labels: Uint8Array.of(0) };
    const task = {
      parameters: Float32Array.of(2, 0, 0, 1),
      indices: Int32Array.of(0, 0),
      weights: Float32Array.of(1, 0),
      steps: 1,
      learningRate: 0.1,
      proximal: { mu: 2, center: Float32Array.of(2, 0, 1.5, 1) },
      correction: Float32Array.of(1, 0, 0, 0),
      mask: Float32Array.of(1, 0, 1, 1),
    };
    // Logits 4 and 1: at them (4 − 1) and (1 − 0). Kernel [6, 2], bias [3, 1], proximal [0, 0, −3, 0]: norm √41.
    const { parameters, loss } = referenceTraining(spec, examples, task);
    expect(loss).toBeCloseTo(5, 9);
    const short = 5 / Math.sqrt(41);
    const expected = [2 - 0.1 * (6 * short + 1 + 1), 0, 0, 1 - 0.1 * (short + 0.5)];
    for (const [i, value] of expected.entries()) expect(parameters[i]).toBeCloseTo(value, 8);
  });
});
