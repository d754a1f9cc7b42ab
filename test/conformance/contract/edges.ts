import { describe, expect, test } from 'vitest';
import type { TrainingSpec } from '../../../shared/engine/engine.js';
import { sgd } from '../../../shared/engine/engine.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import type { Layer } from '../../../shared/models/network.js';
import { makeParameters } from '../inputs.js';
import { bytes, byteScale, classes, inputShape, makeTask, mlp, type Fixture } from './fixture.js';

/** Whose gradients are those of equal values: biases, in the order of an image. */
const tied = (image: readonly [number, number, number], pool: Partial<Layer & { kind: 'maxPooling2d' }>) => {
  const [height, width, channels] = image;
  return compileNetwork({
    name: 'ties',
    input: inputShape,
    layers: [
      { kind: 'flatten' },
      { kind: 'dense', name: 'equal', units: height * width * channels },
      { kind: 'reshape', targetShape: [...image] },
      { kind: 'maxPooling2d', ...pool },
      { kind: 'flatten' },
      { kind: 'dense', name: 'logits', units: classes },
    ],
    classes,
  });
};

/** Points at which finite differences say nothing: equal values, gradients of 0. */
export const edgeContract = ({ engine, data }: Fixture): void => {
  describe('edges', () => {
    test.each([
      ['windows that touch', [4, 4, 1], {}, [0, 2, 8, 10]],
      ['windows that overlap', [3, 3, 1], { strides: 1 }, [0, 1, 3, 4]],
      [
        'padding before the image',
        [4, 4, 1],
        { poolSize: 3, strides: 1, padding: 'same' },
        [0, 1, 2, 4, 5, 6, 8, 9, 10],
      ],
      ['padding after the image', [3, 3, 1], { padding: 'same' }, [0, 2, 6, 8]],
      ['two channels', [2, 2, 2], {}, [0, 1]],
    ] as const)('of equal values the first of a window has its gradient: %s', async (_what, image, pool, winners) => {
      const network = tied([...image], pool);
      const parameters = makeParameters(network);
      for (const { name, offset, size } of network.layout.tensors) {
        if (name === 'equal/kernel') parameters.fill(0, offset, offset + size);
        if (name === 'equal/bias') parameters.fill(0.5, offset, offset + size);
      }
      const trainer = await engine().compile({ network, optimizer: sgd, batchSize: 4, scale: byteScale });
      const task = { ...makeTask(network, 4, [4], 1), parameters };
      const trained = await trainer.train(data(), task);
      const bias = network.layout.tensors.find(({ name }) => name === 'equal/bias') ?? { offset: 0, size: 0 };
      const moved = [...trained.parameters.subarray(bias.offset, bias.offset + bias.size).keys()].filter(
        (i) => trained.parameters[bias.offset + i] !== 0.5,
      );
      expect(moved).toEqual(winners);
      await trainer.dispose();
    });

    test.each<[string, Partial<TrainingSpec>]>([
      ['SGD', {}],
      ['clipping', { clipNorm: 1 }],
      ['momentum', { optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 } }],
      ['Adam', { optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-7, weightDecay: 0 }, clipNorm: 1 }],
    ])('gradients of exactly 0 change nothing: %s', async (_what, given) => {
      // No hidden unit is active, and the logits have no bias.
      const network = compileNetwork({
        name: 'idle',
        input: inputShape,
        layers: [
          { kind: 'flatten' },
          { kind: 'dense', units: 4, activation: 'relu' },
          { kind: 'dense', name: 'logits', units: classes, useBias: false },
        ],
        classes,
      });
      const task = makeTask(network, 4, [4, 3, 4], 0.1);
      const { offset, size } = network.layout.tensors[1];
      task.parameters.fill(-1000, offset, offset + size);
      const trainer = await engine().compile({ network, optimizer: sgd, batchSize: 4, scale: byteScale, ...given });
      const { parameters, loss } = await trainer.train(data(), task);
      expect([...parameters]).toEqual([...task.parameters]);
      expect(loss).toBeCloseTo(Math.log(classes), 6);
      await trainer.dispose();
    });

    test('evaluation gives the cross-entropy, whatever the loss of training', async () => {
      const { parameters } = makeTask(mlp, 4, [], 0);
      const sums: number[] = [];
      for (const loss of [
        { kind: 'crossEntropy', labelSmoothing: 0 },
        { kind: 'crossEntropy', labelSmoothing: 0.5 },
        { kind: 'meanSquaredError' },
        { kind: 'distillation', temperature: 2, alpha: 0.5 },
      ] as const) {
        const trainer = await engine().compile({ network: mlp, optimizer: sgd, batchSize: 4, scale: byteScale, loss });
        sums.push((await trainer.evaluate(data(), parameters)).lossSum);
        await trainer.dispose();
      }
      expect(new Set(sums).size).toBe(1);
      expect(bytes.count).toBeGreaterThan(0);
    });
  });
};
