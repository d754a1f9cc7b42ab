import type { LayerRunner } from './runner.js';

export const dense: LayerRunner<'dense'> = {
  kind: 'dense',
  run: (tf, { layer, tensors }, parameter, input) => {
    const [kernel, bias] = tensors;
    const sum = tf.add(tf.matMul(input, parameter(kernel)), parameter(bias));
    return layer.activation === 'relu' ? tf.relu(sum) : sum;
  },
};
