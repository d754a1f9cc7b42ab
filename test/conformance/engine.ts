import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Examples } from '../../shared/data/dataset.js';
import { sgd, type Engine, type LoadedExamples, type Trainer, type TrainingTask } from '../../shared/engine/engine.js';
import { initialize } from '../../shared/models/initialize.js';
import { loadModel } from '../../shared/models/load.js';
import type { CompiledNetwork } from '../../shared/models/network.js';
import { makeLayout } from '../../shared/params/layout.js';
import type { ErrorCode } from '../../shared/util/errors.js';
import { RandomStream } from '../../shared/util/random.js';
import { referenceLogits, referenceLoss, referenceTraining, type Row } from './reference-network.js';

const inputShape = [4, 3, 1];
const size = 12;
const classes = 3;
const byteScale = Math.fround(1 / 255);
const count = 777;

/** Examples with a learnable rule, as bytes or as floats. */
export const makeExamples = (form: 'bytes' | 'floats'): Examples => {
  const stream = new RandomStream({ seed: 11, purpose: 'examples' });
  const labels = Uint8Array.from({ length: count }, () => stream.below(classes));
  const value = (i: number): number => {
    const bright = i % classes === labels[Math.floor(i / size)];
    return form === 'bytes' ? (bright ? 128 : 0) + stream.below(128) : stream.normal() + (bright ? 1 : 0);
  };
  const inputs = form === 'bytes' ? new Uint8Array(count * size) : new Float32Array(count * size);
  for (let i = 0; i < inputs.length; i++) inputs[i] = value(i);
  return { count, inputs, labels };
};

/** Batches in order of the examples; `sizes` says how many rows of each count. */
export const makeTask = (
  network: CompiledNetwork,
  batchSize: number,
  sizes: readonly number[],
  learningRate: number,
): TrainingTask => {
  const rows = sizes.length * batchSize;
  return {
    parameters: initialize(network, 5).floats,
    indices: Int32Array.from({ length: rows }, (_, i) => (i * 31) % count),
    weights: Float32Array.from({ length: rows }, (_, i) => {
      const used = sizes[Math.floor(i / batchSize)];
      return i % batchSize < used ? 1 / used : 0;
    }),
    steps: sizes.length,
    learningRate,
  };
};

const batchesOf = (task: TrainingTask, examples: Examples, scale: number): Row[][] => {
  const batchSize = task.indices.length / task.steps;
  return Array.from({ length: task.steps }, (_, step) =>
    Array.from({ length: batchSize }, (_, row) => {
      const example = task.indices[step * batchSize + row];
      const input = Array.from(examples.inputs.subarray(example * size, (example + 1) * size), (v) => v * scale);
      return { input, label: examples.labels[example], weight: task.weights[step * batchSize + row] };
    }),
  );
};

/** The largest difference of each tensor, over the tensor's largest change from `start`. */
export const relativeDifference = (
  { layout }: CompiledNetwork,
  start: ArrayLike<number>,
  expected: ArrayLike<number>,
  actual: ArrayLike<number>,
): number => {
  let worst = 0;
  for (const { offset, size: length } of layout.tensors) {
    let [difference, change] = [0, 0];
    for (let i = offset; i < offset + length; i++) {
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
      change = Math.max(change, Math.abs(expected[i] - start[i]));
      if (Number.isNaN(actual[i])) return Number.NaN;
    }
    worst = Math.max(worst, difference / change);
  }
  return worst;
};

const bits = (floats: Float32Array): Uint32Array => new Uint32Array(floats.slice().buffer);

/** Runs the suite that every engine passes. */
export const engineConformance = (title: string, open: () => Promise<Engine>): void => {
  const mlp = loadModel({ mlp: { hidden: [7, 5] } }, { inputShape, classes });
  const logistic = loadModel({ logistic: {} }, { inputShape, classes });
  const bytes = makeExamples('bytes');
  const trainers: Trainer[] = [];
  let engine: Engine;
  let data: LoadedExamples;

  const compile = async (network = mlp, batchSize = 4, scale = byteScale): Promise<Trainer> => {
    const trainer = await engine.compile({ network, optimizer: sgd, batchSize, scale });
    trainers.push(trainer);
    return trainer;
  };

  describe(title, () => {
    beforeAll(async () => {
      engine = await open();
      data = await engine.load(bytes, inputShape);
    });
    afterAll(async () => {
      for (const trainer of trainers) await trainer.dispose();
    });

    describe('training', () => {
      test.each([
        ['mlp on bytes', mlp, 'bytes', byteScale],
        ['mlp on floats', mlp, 'floats', 1],
        ['mlp on scaled floats', mlp, 'floats', 0.5],
        ['logistic on bytes', logistic, 'bytes', byteScale],
      ] as const)('gradients equal those of float64 finite differences: %s', async (_what, network, form, scale) => {
        const examples = makeExamples(form);
        const trainer = await compile(network, 4, scale);
        // One step with the learning rate 1 changes the parameters by the gradient.
        const task = makeTask(network, 4, [4], 1);
        const expected = referenceTraining(network, task.parameters, batchesOf(task, examples, scale), 1);
        const { parameters, loss } = await trainer.train(await engine.load(examples, inputShape), task);
        expect(relativeDifference(network, task.parameters, expected.parameters, parameters)).toBeLessThan(1e-4);
        expect(loss).toBeCloseTo(expected.loss, 5);
      });

      test.each([1, 2, 3, 9, 10, 11, 25])('%i steps follow the float64 path, short batches included', async (steps) => {
        const trainer = await compile();
        const sizes = Array.from({ length: steps }, (_, i) => 1 + ((i * 3 + steps) % 4));
        const task = makeTask(mlp, 4, sizes, 0.1);
        const expected = referenceTraining(mlp, task.parameters, batchesOf(task, bytes, byteScale), 0.1);
        const { parameters, loss } = await trainer.train(data, task);
        expect(relativeDifference(mlp, task.parameters, expected.parameters, parameters)).toBeLessThan(1e-4);
        expect(loss).toBeCloseTo(expected.loss, 5);
      });

      test('rows of weight 0 change no bit, whatever example they hold', async () => {
        const trainer = await compile();
        const task = makeTask(mlp, 4, [4, 2, 1, 4, 3], 0.1);
        const other = { ...task, indices: task.indices.map((index, i) => (task.weights[i] === 0 ? 500 + i : index)) };
        expect(other.indices).not.toEqual(task.indices);
        const [a, b] = [await trainer.train(data, task), await trainer.train(data, other)];
        expect(bits(b.parameters)).toEqual(bits(a.parameters));
        expect(b.loss).toBe(a.loss);
      });

      test('a short batch is the same step as a full batch of its size', async () => {
        const [wide, narrow] = [await compile(mlp, 4), await compile(mlp, 3)];
        const short = makeTask(mlp, 4, [3], 0.1);
        const full = { ...makeTask(mlp, 3, [3], 0.1), indices: short.indices.slice(0, 3) };
        const expected = await narrow.train(data, full);
        const actual = await wide.train(data, short);
        expect(relativeDifference(mlp, short.parameters, expected.parameters, actual.parameters)).toBeLessThan(1e-5);
        expect(actual.loss).toBeCloseTo(expected.loss, 6);
      });

      test('same inputs, same bits: again, after other work, and from another trainer; inputs are left alone', async () => {
        const [trainer, another] = [await compile(), await compile()];
        const task = makeTask(mlp, 4, [4, 4, 4, 2, 4, 4], 0.1);
        const before = bits(task.parameters);
        const first = await trainer.train(data, task);
        await trainer.train(data, makeTask(mlp, 4, [4, 1], 0.5));
        for (const trained of [await trainer.train(data, task), await another.train(data, task)]) {
          expect(bits(trained.parameters)).toEqual(bits(first.parameters));
          expect(trained.loss).toBe(first.loss);
        }
        expect(bits(task.parameters)).toEqual(before);
      });

      test('no steps: the parameters as they came, loss 0', async () => {
        const trainer = await compile();
        const task = makeTask(mlp, 4, [], 0.1);
        const { parameters, loss } = await trainer.train(data, task);
        expect(bits(parameters)).toEqual(bits(task.parameters));
        expect(parameters).not.toBe(task.parameters);
        expect(loss).toBe(0);
      });

      test('a frozen tensor keeps its bits and the others learn; a local one learns', async () => {
        const roles = new Map([
          ['dense/kernel', 'frozen'],
          ['dense_1/bias', 'local'],
        ] as const);
        const layout = makeLayout(
          mlp.layout.tensors.map((tensor) => ({
            ...tensor,
            role: roles.get(tensor.name as 'dense/kernel') ?? tensor.role,
          })),
        );
        const trainer = await compile({ ...mlp, layout });
        const task = makeTask(mlp, 4, [4, 4, 4], 0.1);
        const { parameters } = await trainer.train(data, task);
        for (const { name, offset, size: length } of layout.tensors) {
          const same = parameters.subarray(offset, offset + length).every((v, i) => v === task.parameters[offset + i]);
          expect([name, same]).toEqual([name, name === 'dense/kernel']);
        }
      });

      test('learns: the loss falls, and most of the examples come out right', async () => {
        const trainer = await compile();
        const task = makeTask(
          mlp,
          4,
          Array.from({ length: 194 }, () => 4),
          0.5,
        );
        const before = await trainer.evaluate(data, task.parameters);
        const { parameters } = await trainer.train(data, task);
        const after = await trainer.evaluate(data, parameters);
        expect(after.lossSum).toBeLessThan(before.lossSum / 2);
        expect(after.correct).toBeGreaterThan(0.9 * count);
      });
    });

    describe('evaluation', () => {
      const { parameters } = makeTask(mlp, 4, [], 0);
      const logitsOf = (example: number): number[] =>
        referenceLogits(
          mlp,
          parameters,
          Array.from(bytes.inputs.subarray(example * size, (example + 1) * size), (v) => v * byteScale),
        );

      test.each([
        ['all examples, which no block size divides', undefined],
        ['chosen ones, some twice', Int32Array.of(5, 776, 0, 5, 123)],
        ['one', Int32Array.of(42)],
        ['none', new Int32Array(0)],
      ])('%s: counts and losses equal the float64 reference', async (_what, indices) => {
        const trainer = await compile();
        const chosen = indices ?? Int32Array.from({ length: count }, (_, i) => i);
        let [correct, lossSum] = [0, 0];
        for (const example of chosen) {
          const logits = logitsOf(example);
          lossSum += referenceLoss(logits, bytes.labels[example]);
          if (logits.indexOf(Math.max(...logits)) === bytes.labels[example]) correct++;
        }
        const result = await (indices === undefined
          ? trainer.evaluate(data, parameters)
          : trainer.evaluate(data, parameters, indices));
        expect(result.samples).toBe(chosen.length);
        expect(result.correct).toBe(correct);
        expect(Math.abs(result.lossSum - lossSum)).toBeLessThanOrEqual(1e-6 * lossSum);
      });

      test('logits equal the float64 reference, in the order asked for', async () => {
        const trainer = await compile();
        const indices = Int32Array.from({ length: 600 }, (_, i) => (i * 7) % count);
        const logits = await trainer.predict(data, parameters, indices);
        expect(logits.length).toBe(600 * classes);
        for (const [row, example] of indices.entries()) {
          for (const [k, logit] of logitsOf(example).entries()) {
            expect(Math.abs(logits[row * classes + k] - logit)).toBeLessThan(2e-6);
          }
        }
        expect(await trainer.predict(data, parameters, new Int32Array(0))).toHaveLength(0);
      });

      test('a model of NaN gets nothing right', async () => {
        const trainer = await compile();
        const { correct, lossSum } = await trainer.evaluate(
          data,
          parameters.map(() => Number.NaN),
        );
        expect(correct).toBe(0);
        expect(lossSum).toBeNaN();
      });
    });

    describe('refusals', () => {
      const code = (expected: ErrorCode): unknown => expect.objectContaining({ code: expected });

      test('an exploding loss is the client’s fault', async () => {
        const trainer = await compile();
        const task = makeTask(mlp, 4, [4, 4, 4, 4, 4, 4], 1e30);
        await expect(trainer.train(data, task)).rejects.toEqual(code('engine/diverged'));
        const poisoned = { ...makeTask(mlp, 4, [4], 0.1), parameters: task.parameters.map(() => Number.NaN) };
        await expect(trainer.train(data, poisoned)).rejects.toEqual(code('engine/diverged'));
        const last = makeTask(mlp, 4, [4], Number.POSITIVE_INFINITY);
        await expect(trainer.train(data, last)).rejects.toEqual(code('engine/diverged'));
      });

      test('a label outside the classes', async () => {
        const trainer = await compile();
        const labels = bytes.labels.slice();
        labels[700] = classes;
        const bad = await engine.load({ ...bytes, labels }, inputShape);
        const task = makeTask(mlp, 4, [4], 0.1);
        await expect(trainer.train(bad, task)).rejects.toEqual(code('engine/bad-label'));
        await expect(trainer.evaluate(bad, task.parameters)).rejects.toEqual(code('engine/bad-label'));
      });

      test('parameters, indices and weights of a wrong number, indices of no example', async () => {
        const trainer = await compile();
        const task = makeTask(mlp, 4, [4, 4], 0.1);
        const short = { ...task, parameters: task.parameters.subarray(1) };
        await expect(trainer.train(data, short)).rejects.toEqual(code('params/layout-mismatch'));
        await expect(trainer.evaluate(data, short.parameters)).rejects.toEqual(code('params/layout-mismatch'));
        for (const wrong of [
          { ...task, indices: task.indices.subarray(1) },
          { ...task, weights: task.weights.subarray(1) },
          { ...task, steps: 3 },
          { ...task, steps: 1.5 },
          { ...task, indices: task.indices.with(3, count) },
          { ...task, indices: task.indices.with(3, -1) },
        ]) {
          await expect(trainer.train(data, wrong)).rejects.toEqual(code('argument/invalid'));
        }
        await expect(trainer.predict(data, task.parameters, Int32Array.of(count))).rejects.toEqual(
          code('argument/invalid'),
        );
      });

      test('examples of another shape, number or engine', async () => {
        const trainer = await compile();
        const task = makeTask(mlp, 4, [4], 0.1);
        await expect(engine.load(bytes, [5, 5, 1])).rejects.toEqual(code('model/bad-shape'));
        const fewer = { ...bytes, labels: bytes.labels.subarray(1) };
        await expect(engine.load(fewer, inputShape)).rejects.toEqual(code('argument/invalid'));
        const other = await engine.load(bytes, [3, 4, 1]);
        await expect(trainer.train(other, task)).rejects.toEqual(code('model/bad-shape'));
        await expect(trainer.train({ count }, task)).rejects.toEqual(code('argument/invalid'));
      });
    });

    test('memory stays flat over many calls', async () => {
      const trainer = await compile();
      const task = makeTask(mlp, 4, [4, 4, 4], 0.1);
      const work = async (calls: number): Promise<void> => {
        for (let i = 0; i < calls; i++) {
          await trainer.train(data, task);
          if (i % 10 === 0) await trainer.evaluate(data, task.parameters);
        }
      };
      await work(100);
      const before = process.memoryUsage().rss;
      await work(300);
      expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(25);
    });
  });
};
