import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../../shared/util/errors.js';
import { bytes, classes, count, inputShape, makeTask, mlp, type Fixture } from './fixture.js';

/** What engines refuse, each with its code. */
export const refusalContract = ({ engine, data, compile }: Fixture): void => {
  describe('refusals', () => {
    const code = (expected: ErrorCode): unknown => expect.objectContaining({ code: expected });

    test('an exploding loss is the client’s fault', async () => {
      const trainer = await compile();
      const task = makeTask(mlp, 4, [4, 4, 4, 4, 4, 4], 1e30);
      await expect(trainer.train(data(), task)).rejects.toEqual(code('engine/diverged'));
      const poisoned = { ...makeTask(mlp, 4, [4], 0.1), parameters: task.parameters.map(() => Number.NaN) };
      await expect(trainer.train(data(), poisoned)).rejects.toEqual(code('engine/diverged'));
      const last = makeTask(mlp, 4, [4], Number.POSITIVE_INFINITY);
      await expect(trainer.train(data(), last)).rejects.toEqual(code('engine/diverged'));
    });

    test('a label outside the classes', async () => {
      const trainer = await compile();
      const labels = bytes.labels.slice();
      labels[700] = classes;
      const bad = await engine().load({ ...bytes, labels }, inputShape);
      const task = makeTask(mlp, 4, [4], 0.1);
      await expect(trainer.train(bad, task)).rejects.toEqual(code('engine/bad-label'));
      await expect(trainer.evaluate(bad, task.parameters)).rejects.toEqual(code('engine/bad-label'));
    });

    test('parameters, indices and weights of a wrong number, indices of no example', async () => {
      const trainer = await compile();
      const task = makeTask(mlp, 4, [4, 4], 0.1);
      const short = { ...task, parameters: task.parameters.subarray(1) };
      await expect(trainer.train(data(), short)).rejects.toEqual(code('params/layout-mismatch'));
      await expect(trainer.evaluate(data(), short.parameters)).rejects.toEqual(code('params/layout-mismatch'));
      for (const wrong of [
        { ...task, indices: task.indices.subarray(1) },
        { ...task, weights: task.weights.subarray(1) },
        { ...task, steps: 3 },
        { ...task, steps: 1.5 },
        { ...task, indices: task.indices.with(3, count) },
        { ...task, indices: task.indices.with(3, -1) },
      ]) {
        await expect(trainer.train(data(), wrong)).rejects.toEqual(code('argument/invalid'));
      }
      await expect(trainer.predict(data(), task.parameters, Int32Array.of(count))).rejects.toEqual(
        code('argument/invalid'),
      );
    });

    test('examples of another shape, number or engine', async () => {
      const trainer = await compile();
      const task = makeTask(mlp, 4, [4], 0.1);
      await expect(engine().load(bytes, [5, 5, 1])).rejects.toEqual(code('model/bad-shape'));
      const fewer = { ...bytes, labels: bytes.labels.subarray(1) };
      await expect(engine().load(fewer, inputShape)).rejects.toEqual(code('argument/invalid'));
      const other = await engine().load(bytes, [3, 4, 1]);
      await expect(trainer.train(other, task)).rejects.toEqual(code('model/bad-shape'));
      await expect(trainer.train({ count }, task)).rejects.toEqual(code('argument/invalid'));
    });
  });
};
