import type { LayerRunner } from './runner.js';

export const add: LayerRunner<'add'> = {
  kind: 'add',
  run: ({ tf }, _placed, inputs) => inputs.reduce((sum, input) => tf.add(sum, input)),
};
