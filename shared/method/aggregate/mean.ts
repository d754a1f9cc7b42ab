import { z } from 'zod';
import { defineAggregation } from '../method.js';

/** The mean weighted by samples: Σ nᵢ·xᵢ / Σ nᵢ, summed in float64 in cohort order and divided once. */
export const mean = defineAggregation({
  name: 'mean',
  summary: 'mean weighted by samples',
  takes: 'vectors',
  options: z.strictObject({}),
  create: () => ({
    begin: ({ part: { name, layout } }) => {
      const sum = new Float64Array(layout.floats);
      let samples = 0;
      return {
        fold: (update) => {
          update.fold(name, update.samples, sum);
          samples += update.samples;
        },
        finish: () => {
          if (samples === 0) return null;
          const value = new Float32Array(sum.length);
          for (let i = 0; i < sum.length; i++) value[i] = sum[i] / samples;
          return { value, state: {} };
        },
      };
    },
  }),
});
