import { z } from 'zod';
import { RandomStream } from '../../util/random.js';
import { defineAggregation } from '../method.js';

/**
 * signSGD with majority vote (Bernstein et al. 2018, signSGD: Compressed Optimisation for Non-Convex Problems, Algorithm 2):
 * each client has a vote for each coordinate, the sign of what it sent, and the model goes by the learning rate where more of
 * them point. A tie is decided by a fair coin from the run's seed, so that an even number of voters drifts nowhere; a
 * coordinate for which nobody voted stays.
 */
export const majority = defineAggregation({
  name: 'majority',
  summary: 'a step of fixed size where most clients’ signs point (signSGD with majority vote)',
  takes: 'vectors',
  options: z.strictObject({
    learningRate: z
      .number()
      .gt(0)
      .max(1000)
      .default(0.001)
      .describe('by how much each weight changes in a round, 0 < v ≤ 1000'),
  }),
  shorthand: 'learningRate',
  create: ({ learningRate }) => ({
    begin: ({ part: { name, layout }, seed, round }) => {
      const votes = new Int32Array(layout.floats);
      const voted = new Uint8Array(layout.floats);
      const vector = new Float64Array(layout.floats);
      let folded = false;
      return {
        fold: (update) => {
          if (update.samples === 0) return;
          vector.fill(0);
          update.fold(name, 1, vector);
          for (let i = 0; i < vector.length; i++) {
            if (vector[i] === 0) continue;
            votes[i] += vector[i] > 0 ? 1 : -1;
            voted[i] = 1;
          }
          folded = true;
        },
        finish: () => {
          if (!folded) return null;
          const coins = new RandomStream({ seed, purpose: 'aggregate/majority', round });
          const value = new Float32Array(votes.length);
          for (let i = 0; i < votes.length; i++) {
            if (voted[i] === 0) continue;
            const isUp = votes[i] === 0 ? coins.below(2) === 1 : votes[i] > 0;
            value[i] = isUp ? learningRate : -learningRate;
          }
          return { value, state: {} };
        },
      };
    },
  }),
});
