import { describe, expect, test } from 'vitest';
import { makeLayout } from '../../../shared/params/layout.js';
import { bitsOf, relativeDifference } from '../compare.js';
import { referenceTraining } from '../reference/training.js';
import {
  bytes,
  byteScale,
  count,
  inputShape,
  logistic,
  makeExamples,
  makeTask,
  mlp,
  specOf,
  type Fixture,
} from './fixture.js';

/** What local training is, whatever the network. */
export const trainingContract = ({ engine, data, compile }: Fixture): void => {
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
      const expected = referenceTraining(specOf(network, 4, scale), examples, task);
      const { parameters, loss } = await trainer.train(await engine().load(examples, inputShape), task);
      expect(relativeDifference(network, task.parameters, expected.parameters, parameters, task.steps)).toBeLessThan(
        1e-4,
      );
      expect(loss).toBeCloseTo(expected.loss, 5);
    });

    test.each([1, 2, 3, 9, 10, 11, 25])('%i steps follow the float64 path, short batches included', async (steps) => {
      const trainer = await compile();
      const sizes = Array.from({ length: steps }, (_, i) => 1 + ((i * 3 + steps) % 4));
      const task = makeTask(mlp, 4, sizes, 0.1);
      const expected = referenceTraining(specOf(mlp), bytes, task);
      const { parameters, loss } = await trainer.train(data(), task);
      expect(relativeDifference(mlp, task.parameters, expected.parameters, parameters, task.steps)).toBeLessThan(1e-4);
      expect(loss).toBeCloseTo(expected.loss, 5);
    });

    test('rows of weight 0 change no bit, whatever example they hold', async () => {
      const trainer = await compile();
      const task = makeTask(mlp, 4, [4, 2, 1, 4, 3], 0.1);
      const other = { ...task, indices: task.indices.map((index, i) => (task.weights[i] === 0 ? 500 + i : index)) };
      expect(other.indices).not.toEqual(task.indices);
      const [a, b] = [await trainer.train(data(), task), await trainer.train(data(), other)];
      expect(bitsOf(b.parameters)).toEqual(bitsOf(a.parameters));
      expect(b.loss).toBe(a.loss);
    });

    test('a short batch is the same step as a full batch of its size', async () => {
      const [wide, narrow] = [await compile(mlp, 4), await compile(mlp, 3)];
      const short = makeTask(mlp, 4, [3], 0.1);
      const full = { ...makeTask(mlp, 3, [3], 0.1), indices: short.indices.slice(0, 3) };
      const expected = await narrow.train(data(), full);
      const actual = await wide.train(data(), short);
      expect(relativeDifference(mlp, short.parameters, expected.parameters, actual.parameters, 1)).toBeLessThan(1e-5);
      expect(actual.loss).toBeCloseTo(expected.loss, 6);
    });

    test('same inputs, same bits: again, after other work, and from another trainer; inputs are left alone', async () => {
      const [trainer, another] = [await compile(), await compile()];
      const task = makeTask(mlp, 4, [4, 4, 4, 2, 4, 4], 0.1);
      const before = bitsOf(task.parameters);
      const first = await trainer.train(data(), task);
      await trainer.train(data(), makeTask(mlp, 4, [4, 1], 0.5));
      for (const trained of [await trainer.train(data(), task), await another.train(data(), task)]) {
        expect(bitsOf(trained.parameters)).toEqual(bitsOf(first.parameters));
        expect(trained.loss).toBe(first.loss);
      }
      expect(bitsOf(task.parameters)).toEqual(before);
    });

    test('no steps: the parameters as they came, loss 0', async () => {
      const trainer = await compile();
      const task = makeTask(mlp, 4, [], 0.1);
      const { parameters, loss } = await trainer.train(data(), task);
      expect(bitsOf(parameters)).toEqual(bitsOf(task.parameters));
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
      const { parameters } = await trainer.train(data(), task);
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
      const before = await trainer.evaluate(data(), task.parameters);
      const { parameters } = await trainer.train(data(), task);
      const after = await trainer.evaluate(data(), parameters);
      expect(after.lossSum).toBeLessThan(before.lossSum / 2);
      expect(after.correct).toBeGreaterThan(0.9 * count);
    });
  });
};
