import { z } from 'zod';
import type { AggregationRule } from '../method.js';

/** The mean weighted by samples: Σ nᵢ·xᵢ / Σ nᵢ, summed in float64 in cohort order and divided once. */
export const mean: AggregationRule = {
  name: 'mean',
  summary: 'mean weighted by samples',
  options: z.strictObject({}),
  begin: ({ name, layout }) => {
    const sum = new Float64Array(layout.floats);
    let samples = 0;
    return {
      fold: (update) => {
        update.fold(name, update.samples, sum);
        samples += update.samples;
      },
      finish: () => {
        if (samples === 0) return null;
        const result = new Float32Array(sum.length);
        for (let i = 0; i < sum.length; i++) result[i] = sum[i] / samples;
        return result;
      },
    };
  },
};
