import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { integerLogits } from '../../../shared/compression/evaluate.js';
import { uncompressed } from '../../../shared/compression/model.js';
import { ptq } from '../../../shared/compression/quantize/ptq.js';
import { Workbench } from '../../../shared/compression/workbench.js';
import type { Dataset } from '../../../shared/data/dataset.js';
import type { Engine } from '../../../shared/engine/engine.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import { exportOnnx } from '../../../shared/engine/onnx/export.js';
import { models } from '../../../shared/models/catalogue/index.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { zeroParameters } from '../../../shared/params/parameters.js';
import { makeInputs, makeParameters, type InputForm } from '../../conformance/inputs.js';

const datasetOf = (inputShape: readonly number[], classes: number, form: InputForm): Dataset => {
  const train = makeInputs({ inputShape, classes, form, count: 60 });
  const scale = form === 'bytes' ? Math.fround(1 / 255) : 1;
  return { name: 'drawn', inputShape, classes, scale, train, test: train, fingerprint: 'drawn' };
};

const images = datasetOf([8, 8, 1], 10, 'bytes');
const texts = datasetOf([12], 12, { tokens: 12 });

let engine: Engine;
beforeAll(async () => {
  engine = await openOnnxEngine('plain');
});

const relativeError = (expected: ArrayLike<number>, found: ArrayLike<number>): number => {
  let [difference, size] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    difference += (expected[i] - found[i]) ** 2;
    size += expected[i] ** 2;
  }
  return Math.sqrt(difference / size);
};

/** The file as it is written, without the runtime's integer operators. */
const unfused = async (file: Uint8Array, { inputShape, scale, test: { inputs } }: Dataset, rows: number) => {
  const session = await ort.InferenceSession.create(file, { graphOptimizationLevel: 'disabled', logSeverityLevel: 3 });
  const size = inputShape.reduce((product, extent) => product * extent, 1);
  const values = Float32Array.from(inputs.subarray(0, rows * size), (value) => value * scale);
  const { logits } = await session.run({ input: new ort.Tensor('float32', values, [rows, ...inputShape]) });
  await session.release();
  return logits.data as Float32Array;
};

describe('networks of the catalogue as models of integers', () => {
  test.each([
    ['resnet8', { normalization: 'batch', width: 0.5 }, images],
    ['mobilenetv2', { normalization: 'batch', width: 0.25 }, images],
    ['shufflenet', { normalization: 'group', width: 0.25 }, images],
    ['shiftnet', { normalization: 'batch', width: 0.25 }, images],
    ['chars', {}, texts],
  ] as const)(
    '%s: the runtime’s integers give what the file says, near the float32 model',
    async (name, options, dataset) => {
      const model = models.get(name);
      const network = compileNetwork(model.build(dataset, model.options.parse(options)));
      const parameters = { ...zeroParameters(network.layout), floats: makeParameters(network, 5, 0.02) };
      const bench = new Workbench({ dataset, engine, seed: 1 });
      const float = uncompressed(network, parameters);
      const step = ptq.create(ptq.options.parse({ examples: 20, activationCalibration: 'minmax' }));
      const quantized = await step.apply(float, bench);
      const rows = 12;
      const indices = Int32Array.from({ length: rows }, (_, i) => i);
      const found = await integerLogits(quantized, bench, 'test', indices);
      const { quantization } = quantized;
      const file = exportOnnx(quantized.network, quantized.parameters, { scale: dataset.scale, quantization });
      expect(relativeError(await unfused(file, dataset, rows), found)).toBeLessThan(0.02);
      expect(relativeError(await bench.predict(float, indices), found)).toBeLessThan(0.2);
    },
  );
});
