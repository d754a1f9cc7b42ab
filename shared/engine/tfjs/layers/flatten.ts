import { sizeOf } from '../../../params/layout.js';
import type { LayerRunner } from './runner.js';

export const flatten: LayerRunner<'flatten'> = {
  kind: 'flatten',
  run: ({ tf }, { outputShape }, [input]) => tf.reshape(input, [-1, sizeOf(outputShape)]),
};
