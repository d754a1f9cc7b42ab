import { beforeAll, expect, test } from 'vitest';
import { compressionSteps } from '../../../shared/compression/index.js';
import type { CompressedModel } from '../../../shared/compression/model.js';
import { runPipeline } from '../../../shared/compression/pipeline.js';
import { Workbench } from '../../../shared/compression/workbench.js';
import { openOnnxEngine } from '../../../shared/engine/onnx/engine.js';
import type { Choice } from '../../../shared/util/registry.js';
import { convolutional, datasetOf, openBench, trained } from './problem.js';

let teacher: CompressedModel;
beforeAll(async () => {
  teacher = await trained(convolutional, await openBench());
});

const run = async (choices: readonly Choice[]) => {
  const engine = await openOnnxEngine('plain');
  return runPipeline({
    steps: choices.map((choice) => ({ step: compressionSteps.chosen(choice)[0], choice })),
    model: teacher,
    bench: (hear) => new Workbench({ dataset: datasetOf(), engine, seed: 1, ...hear }),
    evaluate: (model, bench) => bench.evaluate(model),
  });
};

const response = { response: { width: 0.4, epochs: 3, batchSize: 20, learningRate: 0.1 } };

test('a student can be pruned, and a pruned model can teach', async () => {
  const magnitude = { magnitude: { sparsity: 0.5, steps: 1, epochs: 1 } };
  const first = await run([response, magnitude]);
  const second = await run([magnitude, response]);
  for (const { stages, model } of [first, second]) {
    const bytes = stages.map(({ measures }) => measures.storedBytes);
    expect(bytes[1]).toBeLessThan(bytes[0]);
    expect(bytes[2]).toBeLessThan(bytes[1]);
    expect(stages[2].evaluation.accuracy).toBeGreaterThan(0.6);
    expect(model.network.layout.floats).toBeLessThan(teacher.network.layout.floats / 2);
  }
  expect(first.model.mask).not.toBeNull();
  expect(second.model.mask).toBeNull();
  expect(second.stages[2].details).toEqual({ temperature: 4, distillationLoss: expect.any(Number) });
});

test('a student can be quantized', async () => {
  const { stages, model } = await run([response, { ptq: compressionSteps.get('ptq').options.parse({}) }]);
  const [original, student, quantized] = stages;
  expect(model.quantization).not.toBeNull();
  expect(quantized.measures.storedBytes).toBeLessThan(student.measures.storedBytes / 2);
  expect(quantized.measures.storedBytes).toBeLessThan(original.measures.storedBytes / 5);
  expect(quantized.evaluation.accuracy).toBeGreaterThan(student.evaluation.accuracy - 0.03);
});
