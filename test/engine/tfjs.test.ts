import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { sgd } from '../../shared/engine/engine.js';
import { loadBackend } from '../../shared/engine/tfjs/backend.js';
import { openTfjsEngine } from '../../shared/engine/tfjs/engine.js';
import { loadModel } from '../../shared/models/load.js';
import { makeExamples, makeTask } from '../conformance/contract/fixture.js';

const shape = { inputShape: [4, 3, 1], classes: 3 };
const network = loadModel({ mlp: { hidden: [7] } }, shape);

describe('tfjs', () => {
  test('no call leaves a tensor behind, a diverging one neither', async () => {
    const { tf } = await loadBackend();
    const { engine } = await openTfjsEngine();
    const data = await engine.load(makeExamples('floats'), shape.inputShape);
    const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 4, scale: 1 });
    const task = makeTask(network, 4, [4, 4, 2], 0.1);
    const before = tf.memory().numTensors;
    await trainer.train(data, task);
    await trainer.evaluate(data, task.parameters);
    await trainer.predict(data, task.parameters, Int32Array.of(1, 2));
    await expect(trainer.train(data, { ...task, learningRate: 1e30 })).rejects.toMatchObject({
      code: 'engine/diverged',
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  const output = (script: string): string => {
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    expect(status).toBe(0);
    return stdout;
  };

  test('opening it prints nothing', () => {
    const script = `
      const { chooseEngine } = await import('./dist/shared/engine/choose.js');
      const { engine } = await chooseEngine('tfjs');
      process.stdout.write(engine.name);`;
    expect(output(script)).toBe('tfjs');
  });

  test('the libraries are loaded by opening an engine, not by importing the choice', () => {
    const script = `
      const { chooseEngine } = await import('./dist/shared/engine/choose.js');
      const { createRequire } = await import('node:module');
      const { cache } = createRequire(import.meta.url);
      const loaded = () => ['onnxruntime-node', 'tfjs'].map((name) => Object.keys(cache).some((file) => file.includes(name)));
      const before = loaded();
      await chooseEngine('onnx');
      process.stdout.write(JSON.stringify([before, loaded()]));`;
    expect(output(script)).toBe(
      JSON.stringify([
        [false, false],
        [true, false],
      ]),
    );
  });
});
