import { describe, expect, test } from 'vitest';
import { dropoutMask } from '../../../shared/engine/dropout.js';
import { compileNetwork } from '../../../shared/models/compile.js';
import { bitsOf } from '../compare.js';
import { classes, inputShape, makeTask, type Fixture } from './fixture.js';

const network = compileNetwork({
  name: 'dropping',
  input: inputShape,
  layers: [
    { kind: 'flatten' },
    { kind: 'dense', units: 8, activation: 'relu' },
    { kind: 'dropout', rate: 0.5 },
    { kind: 'dense', name: 'logits', units: classes },
  ],
  classes,
});

/** What follows from the seed of a task. */
export const seedContract = ({ data, compile }: Fixture): void => {
  describe('seeds', () => {
    test('the same seed gives the same bits, another one others; none is 0', async () => {
      const trainer = await compile(network);
      const task = makeTask(network, 4, [4, 4, 2, 4], 0.1);
      const trained = async (seed?: number): Promise<string> => {
        const { parameters } = await trainer.train(data(), seed === undefined ? task : { ...task, seed });
        return bitsOf(parameters).join();
      };
      const largest = 2 ** 53 - 1;
      const all = [await trained(0), await trained(1), await trained(2 ** 32 + 1), await trained(largest)];
      expect(new Set(all).size).toBe(4);
      expect([await trained(), await trained(1), await trained(largest)]).toEqual([all[0], all[1], all[3]]);
    });

    test('nothing is dropped in evaluation', async () => {
      const trainer = await compile(network);
      const { parameters } = makeTask(network, 4, [], 0);
      const [a, b] = [await trainer.evaluate(data(), parameters), await trainer.evaluate(data(), parameters)];
      expect(a).toEqual(b);
      const features = await trainer.predict(data(), parameters, Int32Array.of(1, 2, 3), 'dropout');
      expect(features).toEqual(await trainer.predict(data(), parameters, Int32Array.of(1, 2, 3), 'dense'));
    });

    test.each([0, 0.1, 0.5, 0.9])('a mask drops %d of the values, other ones in each step and layer', (rate) => {
      const draw = (layer: string, step: number): Uint8Array => {
        const mask = new Uint8Array(10_000);
        dropoutMask({ seed: 5, layer, step, rate }, mask);
        return mask;
      };
      const mask = draw('a', 0);
      const kept = mask.reduce((sum, bit) => sum + bit, 0) / mask.length;
      // Four standard deviations.
      expect(Math.abs(kept - (1 - rate))).toBeLessThanOrEqual(4 * Math.sqrt((rate * (1 - rate)) / mask.length));
      if (rate === 0) return;
      expect(draw('a', 1)).not.toEqual(mask);
      expect(draw('b', 0)).not.toEqual(mask);
    });
  });
};
