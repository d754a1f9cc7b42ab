import type { LayerRunner } from './runner.js';

export const reshape: LayerRunner<'reshape'> = {
  kind: 'reshape',
  run: ({ tf }, { outputShape }, [input]) => tf.reshape(input, [-1, ...outputShape]),
};
