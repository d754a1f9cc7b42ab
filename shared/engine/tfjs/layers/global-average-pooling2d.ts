import type { LayerRunner } from './runner.js';

export const globalAveragePooling2d: LayerRunner<'globalAveragePooling2d'> = {
  kind: 'globalAveragePooling2d',
  run: ({ tf }, _placed, [input]) => tf.mean(input, [1, 2]),
};
