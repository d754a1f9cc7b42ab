import type { Tensor } from '@tensorflow/tfjs';
import type { LayerRunner } from './runner.js';

/** Added to the scores of later positions: their softmax is 0. */
const never = -1e9;

export const causalSelfAttention: LayerRunner<'causalSelfAttention'> = {
  kind: 'causalSelfAttention',
  run: ({ tf, parameter }, { options, tensors, outputShape: [positions, width] }, [input]) => {
    const { numHeads, keyDim } = options;
    const project = (name: string, value: Tensor): Tensor =>
      tf.add(tf.matMul(value, parameter(tensors[`${name}_kernel`])), parameter(tensors[`${name}_bias`]));
    const rows = tf.reshape(input, [-1, width]);
    const [query, key, value] = ['query', 'key', 'value'].map((name) =>
      tf.transpose(tf.reshape(project(name, rows), [-1, positions, numHeads, keyDim]), [0, 2, 1, 3]),
    );
    const mask = Array.from({ length: positions }, (_, row) =>
      Array.from({ length: positions }, (_, column) => (column > row ? never : 0)),
    );
    const scores = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(keyDim));
    const attention = tf.softmax(tf.add(scores, tf.tensor2d(mask)));
    const mixed = tf.transpose(tf.matMul(attention, value), [0, 2, 1, 3]);
    const flat = tf.reshape(mixed, [-1, numHeads * keyDim]);
    return tf.reshape(project('output', flat), [-1, positions, width]);
  },
};
