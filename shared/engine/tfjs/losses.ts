import type { Tensor } from '@tensorflow/tfjs';
import type { Loss } from '../engine.js';
import type { TensorFlow } from './backend.js';

/** Each row's cross-entropy in nats: [rows]. @param targets [rows, classes], one-hot or softer */
export const crossEntropies = (tf: TensorFlow, logits: Tensor, targets: Tensor): Tensor =>
  tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), targets), -1));

/** Each row's loss [rows]. @param labels one-hot [rows, classes]. @param teacher logits, where the loss is taught */
export const rowLosses = (
  tf: TensorFlow,
  loss: Loss,
  logits: Tensor,
  labels: Tensor,
  teacher: Tensor | null,
): Tensor => {
  switch (loss.kind) {
    case 'crossEntropy': {
      const { labelSmoothing } = loss;
      const classes = logits.shape[logits.rank - 1];
      const soft = tf.add(tf.mul(labels, 1 - labelSmoothing), labelSmoothing / classes);
      return crossEntropies(tf, logits, labelSmoothing === 0 ? labels : soft);
    }
    case 'meanSquaredError':
      return tf.mean(tf.squaredDifference(logits, labels), -1);
    case 'distillation': {
      const { temperature, alpha } = loss;
      const from = tf.logSoftmax(tf.div(teacher ?? logits, temperature));
      const to = tf.logSoftmax(tf.div(logits, temperature));
      const divergence = tf.sum(tf.mul(tf.exp(from), tf.sub(from, to)), -1);
      const own = crossEntropies(tf, logits, labels);
      return tf.add(tf.mul(divergence, alpha * temperature ** 2), tf.mul(own, 1 - alpha));
    }
  }
};
