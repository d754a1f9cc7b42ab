import { expect, test } from 'vitest';
import { sgd, type TrainingSpec } from '../../shared/engine/engine.js';
import { maskDraws } from '../../shared/engine/mask-draws.js';
import { openOnnxEngine } from '../../shared/engine/onnx/engine.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { bytesOf } from '../../shared/params/parameters.js';
import { maskCases } from '../conformance/cases/rules.js';
import { denseNetwork, randomVector } from '../conformance/cases/rule-case.js';
import { relativeDifference } from '../conformance/compare.js';
import { makeBatches, makeInputs, scaleOf } from '../conformance/inputs.js';
import { ruleConformance } from '../conformance/rules.js';
import { subjects } from '../conformance/subjects.js';

ruleConformance(maskCases, subjects);

test('a mask is 1 as often as the probability says, in every step anew', () => {
  const drawn = (step: number): Uint16Array => {
    const draws = new Uint16Array(50_001);
    maskDraws({ seed: 4, tensor: 'dense/kernel', step }, draws);
    return draws;
  };
  const [first, second] = [drawn(0), drawn(1)];
  for (const draws of [first, second]) {
    for (const probability of [0, 0.001, 0.3, 0.5, 0.97, 1]) {
      let ones = 0;
      for (const draw of draws) if (draw + 0.5 < 65536 * probability) ones++;
      const deviation = Math.sqrt(probability * (1 - probability) * draws.length);
      expect(Math.abs(ones - probability * draws.length)).toBeLessThanOrEqual(4 * deviation);
    }
  }
  expect(Buffer.compare(bytesOf(drawn(1)), bytesOf(second))).toBe(0);
  // One or two of 65536 numbers are the same by chance.
  expect(first.filter((draw, i) => draw === second[i]).length).toBeLessThan(10);
});

test('a kernel that is kept transposed gets the draws of its own entries', async () => {
  const network = compileNetwork({
    name: 'wide',
    input: [4],
    layers: [
      { kind: 'dense', units: 512, activation: 'relu' },
      { kind: 'dense', units: 512, activation: 'relu' },
      { kind: 'dense', units: 3 },
    ],
    classes: 3,
  });
  const tensors = ['dense_1/kernel', 'dense_1/bias'];
  const weights = randomVector(network.layout.floats, 'weights', 0.06);
  const spec: TrainingSpec = {
    network,
    optimizer: sgd,
    batchSize: 5,
    scale: scaleOf('floats'),
    weightTransform: { kind: 'bernoulliMask', tensors, weights },
  };
  const examples = makeInputs({ inputShape: [4], classes: 3, form: 'floats', count: 20 });
  const parameters = randomVector(network.layout.floats, 'scores', 0.5);
  const task = {
    ...makeBatches({ parameters, batchSize: 5, sizes: [5, 3], learningRate: 0.5, count: 20 }),
    seed: 8,
  };
  const [plain, fast] = await Promise.all(
    (['plain', 'fast'] as const).map(async (form) => {
      const engine = await openOnnxEngine(form);
      const trainer = await engine.compile(spec);
      const result = await trainer.train(await engine.load(examples, [4]), task);
      await trainer.dispose();
      return result.parameters;
    }),
  );
  expect(relativeDifference(network, parameters, Float64Array.from(plain), fast, task.steps)).toBeLessThan(1e-4);
});

test('more random numbers than fit are refused', async () => {
  const network = compileNetwork({
    name: 'large',
    input: [1024],
    layers: [{ kind: 'dense', units: 512 }],
    classes: 512,
  });
  const { floats } = network.layout;
  const weightTransform = {
    kind: 'bernoulliMask',
    tensors: ['dense/kernel'],
    weights: new Float32Array(floats),
  } as const;
  const engine = await openOnnxEngine('plain');
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 1, scale: 1, weightTransform });
  const examples = { count: 1, inputs: new Float32Array(1024), labels: new Uint8Array(1) };
  const data = await engine.load(examples, [1024]);
  const steps = 1025;
  const parameters = new Float32Array(floats);
  const task = { parameters, steps, indices: new Int32Array(steps), weights: new Float32Array(steps), learningRate: 1 };
  await expect(trainer.train(data, task)).rejects.toMatchObject({ code: 'engine/failed' });
});

test.each(subjects)('$title refuses scores that are not trained and weights of another layout', async ({ open }) => {
  const engine = await open();
  const compile = (tensors: readonly string[], size: number) =>
    engine.compile({
      network: denseNetwork,
      optimizer: sgd,
      batchSize: 1,
      scale: 1,
      weightTransform: { kind: 'bernoulliMask', tensors, weights: new Float32Array(size) },
    });
  const { floats } = denseNetwork.layout;
  await expect(compile(['dense/kernels'], floats)).rejects.toMatchObject({ code: 'argument/invalid' });
  await expect(compile(['dense/kernel'], floats - 1)).rejects.toMatchObject({ code: 'argument/invalid' });
});
