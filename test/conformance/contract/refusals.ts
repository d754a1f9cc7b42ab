import { describe, expect, test } from 'vitest';
import type { Layer } from '../../../shared/models/network.js';
import type { ErrorCode } from '../../../shared/util/errors.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { bytes, classes, count, inputShape, makeTask, mlp, type Fixture } from './fixture.js';

/** A vector for each of the 256 values of a byte but the last, whatever arranges or changes the values before. */
const embedding = (...before: Layer[]) =>
  compileNetwork({
    name: 'tokens',
    input: inputShape,
    layers: [
      ...before,
      { kind: 'embedding', inputDim: 255, outputDim: 2 },
      { kind: 'flatten' },
      { kind: 'dense', name: 'logits', units: classes },
    ],
    classes,
  });

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

    test('tokens that the network has no vector for', async () => {
      const network = embedding({ kind: 'reshape', targetShape: [3, 4] }, { kind: 'flatten' });
      const trainer = await compile(network, 4, 1);
      const task = makeTask(network, 4, [4], 0.1);
      const load = (value: number, Values: typeof Float32Array | typeof Uint8Array = Float32Array) => {
        const inputs = new Values(Array.from(bytes.inputs, (byte) => Math.min(byte, 254)));
        // Also an example that this training does not use.
        inputs[inputs.length - 1] = value;
        return engine().load({ ...bytes, inputs }, inputShape);
      };
      expect((await trainer.train(await load(254, Uint8Array), task)).loss).toBeGreaterThan(0);
      expect((await trainer.train(await load(254), task)).loss).toBeGreaterThan(0);
      for (const bad of [
        await load(255, Uint8Array),
        await load(255),
        await load(-1),
        await load(0.5),
        await load(NaN),
      ]) {
        await expect(trainer.train(bad, task)).rejects.toEqual(code('engine/bad-token'));
        await expect(trainer.evaluate(bad, task.parameters)).rejects.toEqual(code('engine/bad-token'));
      }
    });

    test('an embedding of scaled values, or of what a layer computes', async () => {
      await expect(compile(embedding({ kind: 'flatten' }), 4, 1 / 255)).rejects.toEqual(code('model/bad-layer'));
      const computed = embedding({ kind: 'flatten' }, { kind: 'dense', units: 4, activation: 'relu' });
      await expect(compile(computed, 4, 1)).rejects.toEqual(code('model/bad-layer'));
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
