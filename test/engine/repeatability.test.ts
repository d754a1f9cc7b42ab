import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import type { Engine, TrainingSpec } from '../../shared/engine/engine.js';
import { bitsOf } from '../conformance/compare.js';
import {
  count,
  denseNetwork,
  imageNetwork,
  ruleCase,
  textNetwork,
  type RuleCase,
} from '../conformance/cases/rule-case.js';
import { makeInputs } from '../conformance/inputs.js';
import { subjects } from '../conformance/subjects.js';

const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0 } as const;

const cases: readonly RuleCase[] = [
  ...[denseNetwork, imageNetwork, textNetwork].map((network) =>
    ruleCase('SGD', network, { sizes: [5, 5, 2, 5, 5, 1, 5] }),
  ),
  ruleCase('Adam', imageNetwork, { spec: { optimizer: adam, hooks: ['proximal', 'mask'], clipNorm: 0.5 } }),
];

const trainWith = async (engine: Engine, spec: TrainingSpec, { network, form, task }: RuleCase): Promise<string> => {
  const { input, classes } = network.network;
  const data = await engine.load(makeInputs({ inputShape: input, classes, form, count }), input);
  const trainer = await engine.compile(spec);
  const bits: string[] = [];
  for (const rate of [task.learningRate, 0.5, task.learningRate]) {
    const { parameters, loss } = await trainer.train(data, { ...task, learningRate: rate });
    bits.push(`${bitsOf(parameters).join()} ${loss}`);
    await trainer.evaluate(data, parameters, Int32Array.of(1, 2, 3));
  }
  await trainer.dispose();
  expect(bits[2]).toBe(bits[0]);
  return bits[0];
};

describe.each(subjects.map((subject) => [subject.title, subject] as const))('%s', (_title, { open }) => {
  test.each(cases.map((one) => [one.title, one] as const))(
    'the same bits again, after other work and from another trainer: %s',
    async (_title, one) => {
      const engine = await open();
      const first = await trainWith(engine, one.spec, one);
      expect(await trainWith(engine, one.spec, one)).toBe(first);
      expect(await trainWith(await open(), one.spec, one)).toBe(first);
    },
  );
});

/** Trains in a process of its own, with other work before it. */
const script = (engine: string, work: number): string => `
  const { chooseEngine } = await import('./dist/shared/engine/choose.js');
  const { sgd } = await import('./dist/shared/engine/engine.js');
  const { loadModel } = await import('./dist/shared/models/load.js');
  const { initialize } = await import('./dist/shared/models/initialize.js');
  const { createHash } = await import('node:crypto');
  const inputShape = [6, 6, 1];
  const network = loadModel({ mlp: { hidden: [20, 10] } }, { inputShape, classes: 4 });
  const { engine } = await chooseEngine('${engine}');
  const inputs = Uint8Array.from({ length: 36 * 50 }, (_, i) => (i * i * 7 + i) % 256);
  const data = await engine.load({ count: 50, inputs, labels: Uint8Array.from({ length: 50 }, (_, i) => i % 4) }, inputShape);
  const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 5, scale: 1 / 255 });
  const train = (learningRate) => trainer.train(data, {
    parameters: initialize(network, 1).floats,
    indices: Int32Array.from({ length: 60 }, (_, i) => (i * 7) % 50),
    weights: new Float32Array(60).fill(0.2),
    steps: 12,
    learningRate,
  });
  for (let i = 0; i < ${work}; i++) await train(0.01 * i);
  const { parameters, loss } = await train(0.1);
  process.stdout.write(createHash('sha256').update(parameters).digest('hex') + ' ' + loss);
  await trainer.dispose();`;

test.each(['onnx', 'tfjs'])('the same bits in another process: %s', (engine) => {
  const [first, second] = [0, 3].map((work) => {
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script(engine, work)], {
      encoding: 'utf8',
    });
    expect(status).toBe(0);
    return stdout;
  });
  expect(first).toMatch(/^[0-9a-f]{64} \d\.\d+$/);
  expect(second).toBe(first);
});
