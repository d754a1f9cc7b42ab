import { describe, expect, test } from 'vitest';
import { crossEntropy } from '../reference/losses.js';
import { forward } from '../reference/network.js';
import { scaledRows } from '../reference/training.js';
import { bytes, byteScale, classes, count, makeTask, mlp, type Fixture } from './fixture.js';

/** Losses and predictions. */
export const evaluationContract = ({ data, compile }: Fixture): void => {
  describe('evaluation', () => {
    const { parameters } = makeTask(mlp, 4, [], 0);
    const logitsOf = (example: number): number[] => [
      ...forward(mlp, parameters, scaledRows(bytes, [example], byteScale), { training: null }).logits[0],
    ];

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
        lossSum += crossEntropy(logits, bytes.labels[example]);
        if (logits.indexOf(Math.max(...logits)) === bytes.labels[example]) correct++;
      }
      const result = await (indices === undefined
        ? trainer.evaluate(data(), parameters)
        : trainer.evaluate(data(), parameters, indices));
      expect(result.samples).toBe(chosen.length);
      expect(result.correct).toBe(correct);
      expect(Math.abs(result.lossSum - lossSum)).toBeLessThanOrEqual(1e-6 * lossSum);
    });

    test('logits equal the float64 reference, in the order asked for', async () => {
      const trainer = await compile();
      const indices = Int32Array.from({ length: 600 }, (_, i) => (i * 7) % count);
      const logits = await trainer.predict(data(), parameters, indices);
      expect(logits.length).toBe(600 * classes);
      for (const [row, example] of indices.entries()) {
        for (const [k, logit] of logitsOf(example).entries()) {
          expect(Math.abs(logits[row * classes + k] - logit)).toBeLessThan(2e-6);
        }
      }
      expect(await trainer.predict(data(), parameters, new Int32Array(0))).toHaveLength(0);
    });

    test('a model of NaN gets nothing right', async () => {
      const trainer = await compile();
      const { correct, lossSum } = await trainer.evaluate(
        data(),
        parameters.map(() => Number.NaN),
      );
      expect(correct).toBe(0);
      expect(lossSum).toBeNaN();
    });
  });
};
