import type { Trained } from '../public/learner.js';

/** A network and a client's own examples. */
export interface OwnLearner {
  /** Its first floats, which follow from the run's seed. */
  initial(): Float32Array;
  /** The logits [own examples, classes]; nothing of `floats` changes. */
  predict(floats: Float32Array): Promise<Float32Array>;
  /**
   * One pass over the client's own examples: (1 − α) · cross-entropy with the label + α · τ² · KL(softmax(teacher / τ) ‖
   * softmax(logits / τ)), with the method's α and τ.
   * @param teacher logits [own examples, classes]
   * @param epoch which pass of the round, from 0: it decides the order of the examples
   */
  train(floats: Float32Array, teacher: Float32Array, epoch: number): Promise<Trained>;
}

/** Two networks of one client that learn from each other: one that travels, and one that stays. */
export interface Pair {
  readonly student: OwnLearner;
  readonly mentor: OwnLearner;
  /** Passes over the client's own examples in a round. */
  readonly epochs: number;
}
