import { describe, expect, test } from 'vitest';
import { largestDifference } from '../compare.js';
import { forward } from '../reference/network.js';
import { scaledRows } from '../reference/training.js';
import { bytes, byteScale, makeTask, mlp, type Fixture } from './fixture.js';

/** The values of layers. */
export const featureContract = ({ data, compile }: Fixture): void => {
  describe('features', () => {
    const { parameters } = makeTask(mlp, 4, [], 0);
    const valuesOf = (layer: string, indices: Int32Array): number[] => {
      const { values } = forward(mlp, parameters, scaledRows(bytes, indices, byteScale), { training: null });
      return (values.get(layer) ?? []).flatMap((row) => [...row]);
    };

    test.each(mlp.layers.map(({ name }) => name))('the values of the layer %s', async (layer) => {
      const trainer = await compile();
      const indices = Int32Array.of(776, 3, 3, 0);
      const values = await trainer.predict(data(), parameters, indices, layer);
      expect(largestDifference(valuesOf(layer, indices), values)).toBeLessThan(1e-6);
      expect(await trainer.predict(data(), parameters, new Int32Array(0), layer)).toHaveLength(0);
    });

    test('a layer that is not there is refused by name', async () => {
      const trainer = await compile();
      for (const layer of ['dense_9', '']) {
        const refused = trainer.predict(data(), parameters, Int32Array.of(1), layer);
        await expect(refused).rejects.toMatchObject({
          code: 'argument/unknown-name',
          message: expect.stringContaining(layer),
        });
      }
    });
  });
};
