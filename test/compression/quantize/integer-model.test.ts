import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { integerLogits } from '../../../shared/compression/evaluate.js';
import type { CompressedModel } from '../../../shared/compression/model.js';
import { ptq } from '../../../shared/compression/quantize/ptq.js';
import type { Workbench } from '../../../shared/compression/workbench.js';
import { exportOnnx } from '../../../shared/engine/onnx/export.js';
import type { Layer } from '../../../shared/models/network.js';
import { bytesOf } from '../../../shared/params/parameters.js';
import { pythonIsMissing, runInPython } from '../../engine/support/python.js';
import { integerLogitsOf } from './integer-network.js';
import { classes, convolutional, dataset, inputShape, openBench, perceptron, trained } from './small-problem.js';

const residual: readonly Layer[] = [
  { kind: 'conv2d', filters: 4, kernelSize: 3, padding: 'same', groups: 1, activation: 'relu', name: 'stem' },
  { kind: 'conv2d', filters: 4, kernelSize: 3, padding: 'same', groups: 2, strides: 1, name: 'branch' },
  { kind: 'add', from: ['stem', 'branch'] },
  { kind: 'activation', activation: 'relu' },
  { kind: 'averagePooling2d' },
  { kind: 'conv2d', filters: 8, kernelSize: 3, strides: 2, padding: 'same', activation: 'tanh', useBias: false },
  { kind: 'globalAveragePooling2d' },
  { kind: 'dense', units: classes },
];

const networks = { perceptron, convolutional, residual } as const;

const ways = [
  { title: '8 bits, a scale a channel', options: {} },
  { title: '8 bits, a scale a tensor', options: { granularity: 'tensor' } },
  { title: '8 bits, symmetric', options: { activationSymmetric: true } },
  { title: '8 bits, weights of any zero point', options: { weightSymmetric: false, granularity: 'tensor' } },
  { title: '8 bits, weights of any zero points', options: { weightSymmetric: false } },
  { title: '4 bits', options: { weightBits: 4, activationBits: 4 } },
  { title: '3 bits, symmetric', options: { weightBits: 3, activationBits: 3, activationSymmetric: true } },
] as const;

const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-integers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const count = 40;
const indices = Int32Array.from({ length: count }, (_, i) => i);
const values = Float32Array.from(dataset.test.inputs.subarray(0, count * 64), (value) => value * dataset.scale);

let bench: Workbench;
const cases: { title: string; model: CompressedModel }[] = [];

beforeAll(async () => {
  bench = await openBench();
  for (const [name, layers] of Object.entries(networks)) {
    const model = await trained(layers, bench, 2);
    for (const { title, options } of ways) {
      const step = ptq.create(ptq.options.parse({ examples: 100, ...options }));
      cases.push({ title: `${name}, ${title}`, model: await step.apply(model, bench) });
    }
  }
}, 60_000);

const titles = Object.keys(networks).flatMap((name) => ways.map(({ title }) => `${name}, ${title}`));

/** Root of the mean square of the differences, as part of that of the numbers. */
const relativeError = (expected: ArrayLike<number>, found: ArrayLike<number>): number => {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (expected[i] - found[i]) ** 2;
    size += expected[i] ** 2;
  }
  return Math.sqrt(difference / size);
};

describe('the exported model of integers', () => {
  test.each(titles)('%s: logits of integer arithmetic', async (title) => {
    const { model } = cases.find((one) => one.title === title) ?? cases[0];
    const logits = await integerLogits(model, bench, 'test', indices);
    const expected = Array.from(indices, (row) =>
      Array.from(integerLogitsOf(model, values.subarray(row * 64, (row + 1) * 64))),
    ).flat();
    expect(relativeError(expected, logits)).toBeLessThan(1e-6);
  });

  test('is a valid file of ONNX’s own operators, with the same logits in onnxruntime for Python', async (context) => {
    const missing = pythonIsMissing();
    if (missing !== null) return context.skip(missing);
    const input = join(folder, 'input');
    writeFileSync(input, bytesOf(values));
    const files = cases.map(({ model: { network, parameters, quantization } }, at) => {
      const file = join(folder, `${at}.onnx`);
      writeFileSync(file, exportOnnx(network, parameters, { scale: dataset.scale, quantization }));
      return { model: file, input, shape: [count, ...inputShape] };
    });
    const answers = runInPython(files, join(folder, 'cases.json'));
    for (const [at, { title, model }] of cases.entries()) {
      const expected = await integerLogits(model, bench, 'test', indices);
      expect(answers[at].domains, title).toEqual(['']);
      expect(relativeError(expected, answers[at].logits), title).toBeLessThan(1e-6);
    }
  }, 120_000);
});
