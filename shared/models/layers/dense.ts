import { z } from 'zod';
import { sizeOf } from '../../params/layout.js';
import { glorotUniform, zeros } from '../initializers.js';
import { defineLayer } from './layer-kind.js';
import { activation, count, useBias } from './options.js';

/** y = activation(x · kernel + bias) on the last axis, kernel [in, out]. */
export const dense = defineLayer({
  name: 'dense',
  summary: 'each unit a weighted sum of all inputs',
  options: z.strictObject({ units: count('Number of units'), activation, useBias }),
  shorthand: 'units',
  takes: 'one',
  plan: ({ units, useBias }, [inputShape]) => {
    const inputs = inputShape[inputShape.length - 1];
    const outputShape = [...inputShape.slice(0, -1), units];
    const kernel = { name: 'kernel', shape: [inputs, units], role: 'weight', initializer: glorotUniform } as const;
    const bias = { name: 'bias', shape: [units], role: 'weight', initializer: zeros } as const;
    return {
      outputShape,
      tensors: useBias ? [kernel, bias] : [kernel],
      flops: 2 * inputs * sizeOf(outputShape),
    };
  },
});
