import { z } from 'zod';
import { ones, zeros } from '../initializers.js';
import { defineLayer } from './layer-kind.js';
import { epsilon } from './options.js';

/** Layer normalization (Ba et al. 2016) over the last axis. */
export const layerNormalization = defineLayer({
  name: 'layerNormalization',
  summary: 'the last axis to mean 0 and variance 1, then scaled and shifted',
  options: z.strictObject({ epsilon }),
  takes: 'one',
  plan: (_options, [inputShape]) => {
    const shape = [inputShape[inputShape.length - 1]];
    return {
      outputShape: inputShape,
      tensors: [
        { name: 'gamma', shape, role: 'weight', initializer: ones },
        { name: 'beta', shape, role: 'weight', initializer: zeros },
      ],
      flops: 0,
    };
  },
});
