import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { uncompressed, type CompressedModel } from '../../../shared/compression/model.js';
import { countValues } from '../../../shared/compression/quantize/counts.js';
import { makeGrid } from '../../../shared/compression/quantize/make-grid.js';
import { ptq } from '../../../shared/compression/quantize/ptq.js';
import {
  saturationOf,
  usedPart,
  warnOfActivations,
  warnOfKernels,
  warnOfSums,
} from '../../../shared/compression/quantize/stability.js';
import { warnOfGradients } from '../../../shared/compression/quantize/vanishing.js';
import type { CompressionWarning, Workbench } from '../../../shared/compression/workbench.js';
import type { Layer } from '../../../shared/models/network.js';
import { classes, networkOf, openBench, perceptron, trained } from './small-problem.js';

const warnings: CompressionWarning[] = [];
let bench: Workbench;
let model: CompressedModel;

beforeAll(async () => {
  bench = await openBench(warnings);
  model = await trained(perceptron, bench, 1);
});
beforeEach(() => {
  warnings.length = 0;
});

const told = (): [string, string | undefined][] => warnings.map(({ code, layer }) => [code, layer]);

/** The model with some of its numbers changed. */
const changed = (of: CompressedModel, change: (name: string, value: number, at: number) => number): CompressedModel => {
  const floats = of.parameters.floats.slice();
  for (const { name, offset, size } of of.network.layout.tensors) {
    for (let i = 0; i < size; i++) floats[offset + i] = change(name, floats[offset + i], i);
  }
  return { ...of, parameters: { ...of.parameters, floats } };
};

const eight = makeGrid([{ low: 0, high: 1 }], 'offset', 8);

describe('saturation', () => {
  test('is the part of the values outside', () => {
    const values = Float32Array.from({ length: 100 }, (_, i) => (i < 95 ? i / 100 : 5));
    expect(saturationOf(countValues(values), eight)).toBeCloseTo(0.05, 9);
    expect(saturationOf(countValues(values.map((x) => Math.min(1, x))), eight)).toBe(0);
  });

  test('is told from one in a hundred on, with the layer', () => {
    const of = (outside: number) =>
      new Map([['dense', countValues(Float32Array.from({ length: 1000 }, (_, i) => (i < outside ? 3 : 0.9)))]]);
    warnOfActivations(of(9), new Map([['dense', eight]]), bench);
    expect(told()).toEqual([]);
    warnOfActivations(of(20), new Map([['dense', eight]]), bench);
    expect(told()).toEqual([['compression/saturation', 'dense']]);
  });

  test('a clip at the median is told by ptq itself', async () => {
    const step = ptq.create(ptq.options.parse({ percentile: 50, activationCalibration: 'percentile' }));
    await step.apply(model, bench);
    expect(told()).toContainEqual(['compression/saturation', 'dense']);
  });
});

describe('dead ranges', () => {
  test('levels that no value reaches are told', () => {
    expect(usedPart({ least: 0, largest: 0.25 }, eight)).toBeCloseTo(0.25, 1);
    const few = new Map([['dense', countValues(Float32Array.of(0.1, 0.2))]]);
    warnOfActivations(few, new Map([['dense', eight]]), bench);
    expect(told()).toEqual([['compression/dead-range', 'dense']]);
  });

  test('a layer that gives one number is told', async () => {
    const silent = changed(model, (name, value) => (name === 'dense/bias' ? -100 : value));
    await ptq.create(ptq.options.parse({})).apply(silent, bench);
    expect(told()).toContainEqual(['compression/dead-range', 'dense']);
  });

  test('channels that become 0 are told, those that were 0 are not', () => {
    const weak = changed(model, (name, value, at) => (name === 'dense/kernel' && at % 24 === 0 ? 1e-3 * value : value));
    const grid = makeGrid([{ low: -1, high: 1 }], 'signed', 2);
    const each = { ...grid, scales: new Float32Array(24).fill(0.1), zeroPoints: new Int32Array(24) };
    warnOfKernels(weak, new Map([['dense/kernel', each]]), bench);
    expect(told()).toEqual([['compression/dead-range', 'dense']]);
    expect(warnings[0].message).toContain('1 of 24 channels');
    warnings.length = 0;
    const dead = changed(model, (name, value, at) => (name === 'dense/kernel' && at % 24 === 0 ? 0 : value));
    warnOfKernels(dead, new Map([['dense/kernel', each]]), bench);
    expect(told()).toEqual([]);
  });
});

describe('overflow', () => {
  test('sums of 66,000 products of the largest bytes do not fit into 32 bits', () => {
    const layers: readonly Layer[] = [{ kind: 'flatten' }, { kind: 'dense', units: classes, useBias: false }];
    const network = networkOf(layers);
    const of = (products: number): CompressedModel => {
      const wide = { ...network, layers: network.layers, layout: network.layout };
      const tensors = wide.layout.tensors.map((tensor) => ({ ...tensor, size: products * classes }));
      const floats = new Float32Array(products * classes).fill(1);
      const weights = new Map([['dense/kernel', makeGrid([{ low: -1, high: 1 }], 'signed', 8)]]);
      const quantization = { weights, activations: new Map([['input', eight]]) };
      const placed = { ...wide, layout: { ...wide.layout, tensors } };
      return {
        ...uncompressed(placed, { layout: placed.layout, floats, counters: new BigInt64Array(0) }),
        quantization,
      };
    };
    // 127 · 255 · 66,312 = 2^31 − 1 and some.
    warnOfSums(of(16_000), bench);
    expect(told()).toEqual([]);
    warnOfSums(of(66_400), bench);
    expect(told()).toEqual([['compression/overflow', 'dense']]);
  });

  test('a bias that is too large for the steps of its sums is told', async () => {
    const huge = changed(model, (name, value, at) => (name === 'dense_1/bias' && at === 0 ? 1e9 : value));
    await ptq.create(ptq.options.parse({})).apply(huge, bench);
    expect(told()).toContainEqual(['compression/overflow', 'dense_1']);
  });
});

describe('vanishing gradients', () => {
  const plan = { fakeQuantization: { weightBits: 4, activationBits: null }, batchSize: 20, phase: 'configuration' };

  test('nothing is told of a network that learns', async () => {
    await warnOfGradients(model, bench, plan);
    expect(told()).toEqual([]);
  });

  test('a layer that no gradient reaches is told', async () => {
    const silent = changed(model, (name, value) => (name === 'dense/bias' ? -100 : value));
    await warnOfGradients(silent, bench, plan);
    expect(told()).toEqual([
      ['compression/vanishing-gradient', 'dense'],
      ['compression/vanishing-gradient', 'dense_1'],
    ]);
  });

  test('one whose gradient is a hundred thousandth of the largest is told', async () => {
    const faint = changed(model, (name, value) => (name === 'dense_1/kernel' ? 1e-7 * value : value));
    await warnOfGradients(faint, bench, plan);
    expect(told()).toEqual([['compression/vanishing-gradient', 'dense']]);
  });
});
