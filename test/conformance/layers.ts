import { beforeAll, describe, expect, test } from 'vitest';
import type { Examples } from '../../shared/data/dataset.js';
import {
  sgd,
  type Engine,
  type LoadedExamples,
  type Trainer,
  type TrainingSpec,
  type TrainingTask,
} from '../../shared/engine/engine.js';
import { compileNetwork } from '../../shared/models/compile.js';
import type { LayerCase } from './cases/layer-case.js';
import { bitsOf, largestDifference, relativeDifference } from './compare.js';
import { makeBatches, makeInputs, makeParameters, scaleOf } from './inputs.js';
import { crossEntropy } from './reference/losses.js';
import { forward } from './reference/network.js';
import { referenceTraining, scaledRows, type ReferenceResult } from './reference/training.js';
import type { Subject } from './subjects.js';

const count = 40;
const learningRate = 0.1;

/** What a case is run with, and the float64 answers, computed once for all engines. */
class Prepared {
  readonly spec: TrainingSpec;
  readonly examples: Examples;
  /** One step at the rate 1: it changes the parameters by the gradient. */
  readonly once: TrainingTask;
  readonly path: TrainingTask;
  readonly reference: ReferenceResult;

  constructor({ network, form, batchSize, sizes }: LayerCase) {
    const compiled = compileNetwork(network);
    this.spec = { network: compiled, optimizer: sgd, batchSize, scale: scaleOf(form) };
    this.examples = makeInputs({ inputShape: network.input, classes: network.classes, form, count });
    const base = { parameters: makeParameters(compiled), batchSize, count };
    const seed = 77;
    this.once = { ...makeBatches({ ...base, sizes: sizes.slice(0, 1), learningRate: 1 }), seed };
    this.path = { ...makeBatches({ ...base, sizes, learningRate }), seed };
    this.reference = referenceTraining(this.spec, this.examples, this.path);
  }

  /** The path's first step, made longer where it follows the gradient. */
  afterOnce(): { parameters: Float64Array; loss: number } {
    const { path, losses } = this.reference;
    const parameters = path[0].slice();
    for (const { role, offset, size } of this.spec.network.layout.tensors) {
      if (role === 'buffer') continue;
      for (let i = offset; i < offset + size; i++) {
        const start = this.once.parameters[i];
        parameters[i] = start + (path[0][i] - start) / learningRate;
      }
    }
    return { parameters, loss: losses[0] };
  }

  forward(indices: Int32Array) {
    const input = scaledRows(this.examples, indices, this.spec.scale);
    return forward(this.spec.network, this.once.parameters, input, { training: null });
  }
}

const checkTraining = async (trainer: Trainer, data: LoadedExamples, prepared: Prepared): Promise<void> => {
  const { spec, once, path, reference } = prepared;
  const afterOnce = prepared.afterOnce();
  const one = await trainer.train(data, once);
  const gradients = relativeDifference(spec.network, once.parameters, afterOnce.parameters, one.parameters, 1);
  expect(gradients, 'gradients').toBeLessThan(1e-4);
  expect(Math.abs(one.loss - afterOnce.loss), 'loss').toBeLessThan(1e-5);
  const all = await trainer.train(data, path);
  const parameters = relativeDifference(
    spec.network,
    path.parameters,
    reference.parameters,
    all.parameters,
    path.steps,
  );
  expect(parameters, 'parameters after all steps').toBeLessThan(1e-4);
  expect(Math.abs(all.loss - reference.loss), 'mean loss').toBeLessThan(1e-5);
};

const checkFilling = async (trainer: Trainer, data: LoadedExamples, { path }: Prepared): Promise<void> => {
  const indices = path.indices.map((index, i) => (path.weights[i] === 0 ? (index + 7 + i) % count : index));
  const [a, b] = [await trainer.train(data, path), await trainer.train(data, { ...path, indices })];
  expect(bitsOf(b.parameters), 'parameters with other examples in rows of weight 0').toEqual(bitsOf(a.parameters));
  expect(b.loss).toBe(a.loss);
};

const checkInference = async (trainer: Trainer, data: LoadedExamples, prepared: Prepared): Promise<void> => {
  const { spec, once, examples } = prepared;
  const indices = Int32Array.of(3, 39, 0, 3, 21);
  const expected = prepared.forward(indices);
  const flat = (rows: readonly Float64Array[]): number[] => rows.flatMap((row) => [...row]);
  const logits = await trainer.predict(data, once.parameters, indices);
  expect(largestDifference(flat(expected.logits), logits), 'logits').toBeLessThan(1e-5);
  const { lossSum, correct, samples } = await trainer.evaluate(data, once.parameters, indices);
  const labels = Array.from(indices, (index) => examples.labels[index]);
  const losses = expected.logits.map((row, i) => crossEntropy([...row], labels[i]));
  const right = expected.logits.filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]);
  expect(Math.abs(lossSum - losses.reduce((sum, loss) => sum + loss, 0)), 'sum of losses').toBeLessThan(1e-5);
  expect([correct, samples]).toEqual([right.length, indices.length]);

  const { layers } = spec.network;
  const { name } = layers[Math.max(0, layers.length - 3)];
  const features = await trainer.predict(data, once.parameters, indices, name);
  expect(largestDifference(flat(expected.values.get(name) ?? []), features), `values of ${name}`).toBeLessThan(1e-5);
};

/** Runs the networks on the engines: gradients, several steps, features and evaluation against float64. */
export const layerConformance = (cases: readonly LayerCase[], subjects: readonly Subject[]): void => {
  const prepared = new Map<LayerCase, Prepared>();
  const prepare = (one: LayerCase): Prepared => {
    const known = prepared.get(one) ?? new Prepared(one);
    prepared.set(one, known);
    return known;
  };

  describe.each(subjects.map((subject) => [subject.title, subject] as const))('%s', (_title, { open }) => {
    let engine: Engine;
    beforeAll(async () => {
      engine = await open();
    });

    test.each(cases.map((one) => [one.title, one] as const))('%s', async (_title, one) => {
      const ready = prepare(one);
      const trainer = await engine.compile(ready.spec);
      try {
        const data = await engine.load(ready.examples, one.network.input);
        await checkTraining(trainer, data, ready);
        await checkFilling(trainer, data, ready);
        await checkInference(trainer, data, ready);
      } finally {
        await trainer.dispose();
      }
    });
  });
};
