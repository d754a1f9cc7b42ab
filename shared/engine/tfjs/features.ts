import type { Tensor, Tensor1D } from '@tensorflow/tfjs';
import { sizeOf } from '../../params/layout.js';
import type { FeatureLoss } from '../engine.js';
import { tinySquare } from '../features.js';
import type { TensorFlow } from './backend.js';

/** √square and 1/√square, both 0 with the gradient 0 where there is next to nothing to take the root of. */
const roots = (tf: TensorFlow, square: Tensor): { root: Tensor; inverse: Tensor } => {
  const counts = tf.step(tf.sub(square, tinySquare));
  const root = tf.sqrt(tf.add(tf.mul(square, counts), tf.sub(1, counts)));
  return { root: tf.mul(root, counts), inverse: tf.div(counts, root) };
};

/** ½ · d² up to 1, |d| − ½ beyond. */
const huber = (tf: TensorFlow, difference: Tensor): Tensor => {
  const size = tf.abs(difference);
  const clipped = tf.minimum(size, 1);
  return tf.mul(clipped, tf.sub(size, tf.mul(clipped, 0.5)));
};

/** x[i] − x[j] at [j, i, …]. */
const differences = (tf: TensorFlow, rows: Tensor): Tensor => tf.sub(tf.expandDims(rows, 0), tf.expandDims(rows, 1));

const relativeDistances = (tf: TensorFlow, rows: Tensor, share: Tensor): Tensor => {
  const { root } = roots(tf, tf.sum(tf.square(differences(tf, rows)), 2));
  const mean = tf.sum(tf.mul(root, share));
  return tf.mul(root, roots(tf, tf.square(mean)).inverse);
};

const cosines = (tf: TensorFlow, rows: Tensor): Tensor => {
  const between = differences(tf, rows);
  const unit = tf.mul(between, roots(tf, tf.sum(tf.square(between), 2, true)).inverse);
  return tf.matMul(unit, unit, false, true);
};

const hint = (tf: TensorFlow, values: Tensor, targets: Tensor, weights: Tensor1D): Tensor => {
  const rows = tf.reshape(values, targets.shape);
  return tf.sum(tf.mul(tf.mean(tf.squaredDifference(rows, targets), 1), tf.mul(weights, 0.5)));
};

const attention = (tf: TensorFlow, values: Tensor, targets: Tensor, weights: Tensor1D): Tensor => {
  const map = tf.reshape(tf.sum(tf.square(values), -1), targets.shape);
  const q = tf.mul(map, roots(tf, tf.sum(tf.square(map), 1, true)).inverse);
  return tf.sum(tf.mul(tf.sum(tf.squaredDifference(q, targets), 1), weights));
};

const distance = (tf: TensorFlow, values: Tensor, targets: Tensor, weights: Tensor1D): Tensor => {
  const rows = tf.reshape(values, [weights.size, -1]);
  const pairs = tf.outerProduct(weights, weights);
  const share = tf.div(pairs, tf.maximum(tf.sub(1, tf.sum(tf.square(weights))), 1e-6));
  const difference = tf.sub(relativeDistances(tf, rows, share), relativeDistances(tf, targets, share));
  return tf.sum(tf.mul(huber(tf, difference), pairs));
};

const angle = (tf: TensorFlow, values: Tensor, targets: Tensor, weights: Tensor1D): Tensor => {
  const rows = tf.reshape(values, [weights.size, -1]);
  const pairs = tf.expandDims(tf.outerProduct(weights, weights), 0);
  const triples = tf.mul(pairs, tf.reshape(weights, [-1, 1, 1]));
  return tf.sum(tf.mul(huber(tf, tf.sub(cosines(tf, rows), cosines(tf, targets))), triples));
};

const statistics = (
  tf: TensorFlow,
  { mean, variance }: FeatureLoss & { kind: 'statistics' },
  values: Tensor,
  weights: Tensor1D,
): Tensor => {
  const channels = mean.length;
  const positions = sizeOf(values.shape.slice(1)) / channels;
  const x = tf.reshape(values, [-1, positions, channels]);
  const share = tf.div(tf.reshape(weights, [-1, 1, 1]), positions);
  const centre = tf.sum(tf.mul(x, share), [0, 1]);
  const spread = tf.sum(tf.mul(tf.square(tf.sub(x, centre)), share), [0, 1]);
  const known = tf.tensor1d(variance);
  const shift = tf.div(tf.squaredDifference(centre, tf.tensor1d(mean)), known);
  return tf.mean(tf.add(shift, tf.square(tf.sub(tf.div(spread, known), 1))));
};

const compared = { hint, attention, distance, angle };

/**
 * A feature loss of one batch, a scalar.
 * @param values [rows, ...shape]. @param targets [rows, size], null where it has none. @param weights [rows]
 */
export const featureLoss = (
  tf: TensorFlow,
  feature: FeatureLoss,
  values: Tensor,
  targets: Tensor | null,
  weights: Tensor1D,
): Tensor => {
  const loss =
    feature.kind === 'statistics'
      ? statistics(tf, feature, values, weights)
      : compared[feature.kind](tf, values, targets ?? values, weights);
  return tf.mul(loss, feature.weight);
};
