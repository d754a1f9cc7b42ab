import { affine, normalize } from './normalization.js';
import type { LayerRunner } from './runner.js';

export const layerNormalization: LayerRunner<'layerNormalization'> = {
  kind: 'layerNormalization',
  run: ({ tf, parameter }, { options, tensors }, [input]) => {
    const normalized = normalize(tf, input, [input.rank - 1], options.epsilon);
    return affine(tf, normalized, parameter(tensors['gamma']), parameter(tensors['beta']));
  },
};
