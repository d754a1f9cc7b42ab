import { describe, expect, test } from 'vitest';
import { sgd, type FeatureLoss, type TrainingSpec } from '../../shared/engine/engine.js';
import { openOnnxEngine } from '../../shared/engine/onnx/engine.js';
import { compileNetwork } from '../../shared/models/compile.js';
import { makeBatches, makeInputs, makeParameters, scaleOf } from '../conformance/inputs.js';
import { denseNetwork, randomVector } from '../conformance/cases/rule-case.js';
import type { ErrorCode } from '../../shared/util/errors.js';
import { refusal } from '../support/refusal.js';

/** The first convolution is one that the fast form joins with the pooling after it. */
const joined = compileNetwork({
  name: 'joined',
  input: [8, 8, 1],
  layers: [
    { kind: 'conv2d', filters: 32, kernelSize: 3, padding: 'same', activation: 'relu' },
    { kind: 'maxPooling2d' },
    { kind: 'conv2d', filters: 32, kernelSize: 3, activation: 'relu' },
    { kind: 'flatten' },
    { kind: 'dense', units: 3 },
  ],
  classes: 3,
});

test('a layer that is compared is not joined with its neighbour in the fast form', async () => {
  const form = { inputShape: joined.network.input, classes: 3, form: 'bytes', count: 12 } as const;
  const parameters = makeParameters(joined, 5, 0.01);
  const features: FeatureLoss[] = [
    { kind: 'attention', layer: 'conv2d', weight: 5 },
    { kind: 'hint', layer: 'conv2d_1', weight: 1 },
  ];
  const targets = [8 * 8, 2 * 2 * 32].map((size) => randomVector(12 * size, 'targets', 0.1));
  const batches = makeBatches({ parameters, batchSize: 6, sizes: [6, 6], learningRate: 0.1, count: 12 });
  const run = async (name: 'plain' | 'fast'): Promise<Float32Array> => {
    const engine = await openOnnxEngine(name);
    const data = await engine.load(makeInputs(form), joined.network.input);
    const trainer = await engine.compile({
      network: joined,
      batchSize: 6,
      optimizer: sgd,
      scale: scaleOf('bytes'),
      features,
    });
    const result = await trainer.train(data, { ...batches, features: targets });
    await trainer.dispose();
    return result.parameters;
  };
  const [plain, fast] = [await run('plain'), await run('fast')];
  const moved = plain.map((value, i) => value - parameters[i]);
  const apart = plain.map((value, i) => value - fast[i]);
  expect(Math.hypot(...apart)).toBeLessThan(1e-3 * Math.hypot(...moved));
});

describe('what is refused', () => {
  const refused = async (code: ErrorCode, feature: FeatureLoss) => {
    const engine = await openOnnxEngine('plain');
    const spec: TrainingSpec = { network: denseNetwork, batchSize: 2, optimizer: sgd, scale: 1, features: [feature] };
    return refusal(code, () => engine.compile(spec));
  };

  test.each<[string, FeatureLoss, ErrorCode]>([
    ['an unknown layer', { kind: 'hint', layer: 'dens', weight: 1 }, 'argument/unknown-name'],
    ['attention of a vector', { kind: 'attention', layer: 'dense', weight: 1 }, 'argument/invalid'],
    ['a negative weight', { kind: 'hint', layer: 'dense', weight: -1 }, 'argument/invalid'],
    ['targets of no size', { kind: 'angle', layer: 'dense', weight: 1, size: 0 }, 'argument/invalid'],
    [
      'statistics of other channels',
      { kind: 'statistics', layer: 'dense', weight: 1, mean: new Float32Array(5), variance: new Float32Array(5) },
      'argument/invalid',
    ],
    [
      'a variance of 0',
      { kind: 'statistics', layer: 'dense', weight: 1, mean: new Float32Array(6), variance: new Float32Array(6) },
      'argument/invalid',
    ],
  ])('%s', async (_title, feature, code) => {
    await refused(code, feature);
  });

  test('targets of another size than the layer’s', async () => {
    const engine = await openOnnxEngine('plain');
    const features = [{ kind: 'hint', layer: 'dense', weight: 1 } as const];
    const trainer = await engine.compile({ network: denseNetwork, batchSize: 2, optimizer: sgd, scale: 1, features });
    const data = await engine.load(makeInputs({ inputShape: [5], classes: 3, form: 'floats', count: 4 }), [5]);
    const parameters = makeParameters(denseNetwork);
    const task = makeBatches({ parameters, batchSize: 2, sizes: [2], learningRate: 0.1, count: 4 });
    const wrong = { ...task, features: [new Float32Array(11)] };
    const error = await refusal('argument/invalid', () => trainer.train(data, wrong));
    expect(error.message).toContain('features[0]');
    expect(error.hint).toContain('12');
    await trainer.dispose();
  });
});
