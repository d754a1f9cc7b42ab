import type { LayerRunner } from './runner.js';

export const lastPosition: LayerRunner<'lastPosition'> = {
  kind: 'lastPosition',
  run: ({ tf }, { inputShapes: [[positions, width]] }, [input]) =>
    tf.reshape(tf.slice(input, [0, positions - 1, 0], [-1, 1, width]), [-1, width]),
};
