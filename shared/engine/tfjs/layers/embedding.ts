import type { LayerRunner } from './runner.js';

/** Rows of a table, as a product with one-hot rows: its gradient is a sum in a fixed order. */
export const embedding: LayerRunner<'embedding'> = {
  kind: 'embedding',
  run: ({ tf, parameter }, { options, tensors, outputShape }, [input]) => {
    const tokens = tf.cast(tf.reshape(input, [-1]), 'int32');
    const oneHot = tf.cast(tf.oneHot(tokens, options.inputDim), 'float32');
    const chosen = tf.matMul(oneHot, parameter(tensors['embeddings']));
    const text = tf.reshape(chosen, [-1, ...outputShape]);
    return options.positions ? tf.add(text, parameter(tensors['positions'])) : text;
  },
};
