import { expect, test } from 'vitest';
import { sgd, type Engine } from '../../shared/engine/engine.js';
import { openOnnxEngine } from '../../shared/engine/onnx/engine.js';
import { openTfjsEngine } from '../../shared/engine/tfjs/engine.js';
import { loadModel } from '../../shared/models/load.js';
import { engineConformance, makeExamples, makeTask, relativeDifference } from '../conformance/engine.js';

const openTfjs = async (): Promise<Engine> => (await openTfjsEngine()).engine;

engineConformance('onnx plain', () => openOnnxEngine('plain'));
engineConformance('onnx fast', () => openOnnxEngine('fast'));
engineConformance('tfjs', openTfjs);

test.each(['logistic', 'mlp', '2nn'])('after ten steps at 0.01 all engines have the same %s', async (name) => {
  const shape = { inputShape: [4, 3, 1], classes: 3 };
  const network = loadModel({ [name]: name === 'mlp' ? { hidden: [128] } : {} }, shape);
  const task = makeTask(network, 10, [10, 10, 10, 10, 10, 10, 10, 10, 10, 7], 0.01);
  const results = [];
  for (const engine of [await openTfjs(), await openOnnxEngine('plain'), await openOnnxEngine('fast')]) {
    const trainer = await engine.compile({ network, optimizer: sgd, batchSize: 10, scale: 1 / 255 });
    results.push(await trainer.train(await engine.load(makeExamples('bytes'), shape.inputShape), task));
    await trainer.dispose();
  }
  const [reference, ...others] = results;
  for (const { parameters, loss } of others) {
    expect(relativeDifference(network, task.parameters, reference.parameters, parameters)).toBeLessThan(1e-4);
    expect(Math.abs(loss - reference.loss)).toBeLessThan(1e-6);
  }
});
