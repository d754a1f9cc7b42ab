import type { LayerRunner } from './runner.js';

export const concatenate: LayerRunner<'concatenate'> = {
  kind: 'concatenate',
  run: ({ tf }, _placed, inputs) => tf.concat([...inputs], inputs[0].rank - 1),
};
