import type { LayerRunner } from './runner.js';

export const dropout: LayerRunner<'dropout'> = {
  kind: 'dropout',
  run: ({ tf, training }, { name, options }, [input]) =>
    training === null || options.rate === 0
      ? input
      : tf.mul(input, tf.mul(training.dropoutMask(name), 1 / (1 - options.rate))),
};
