import { activate } from './activation.js';
import type { LayerRunner } from './runner.js';

export const dense: LayerRunner<'dense'> = {
  kind: 'dense',
  run: ({ tf, parameter }, { options, tensors, inputShapes, outputShape }, [input]) => {
    const rows = tf.reshape(input, [-1, inputShapes[0][inputShapes[0].length - 1]]);
    const product = tf.matMul(rows, parameter(tensors['kernel']));
    const sum = options.useBias ? tf.add(product, parameter(tensors['bias'])) : product;
    return activate(tf, options.activation, tf.reshape(sum, [-1, ...outputShape]));
  },
};
