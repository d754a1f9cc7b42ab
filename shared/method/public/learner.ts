/** What training gives: all floats of the network in canonical order, and the mean loss. */
export interface Trained {
  readonly floats: Float32Array;
  readonly loss: number;
}

/** A network that somebody has for himself, and what he can do with it and the public examples. */
export interface PublicLearner {
  readonly classes: number;
  /** Its first floats, which follow from the run's seed. */
  initial(): Float32Array;
  /** The logits [public examples, classes]; nothing of `floats` changes. */
  predict(floats: Float32Array): Promise<Float32Array>;
  /**
   * Trains towards a teacher on the public examples, which have no labels: the divergence
   * τ²·KL(softmax(teacher / τ) ‖ softmax(logits / τ)) becomes small, with the method's temperature τ.
   * @param teacher logits [public examples, classes]
   * @param epochs passes over the public examples
   */
  distil(floats: Float32Array, teacher: Float32Array, epochs: number): Promise<Trained>;
}

/** The same at a client, who has examples of its own too. */
export interface ClientLearner extends PublicLearner {
  /** Trains on the client's own examples; the scenario's `local` part says how. */
  train(floats: Float32Array): Promise<Trained>;
}

/** What is there in every run of a method that learns from networks' answers. */
export const required = <T>(given: T | undefined): T => {
  if (given === undefined) throw new TypeError('a method runs without what it learns with');
  return given;
};

/** Soft labels as logits whose softmax they are. A probability of 0 counts as 10⁻⁷: its logarithm would be infinite. */
export const logitsOf = (probabilities: ArrayLike<number>): Float32Array =>
  Float32Array.from(probabilities, (probability) => Math.log(Math.max(probability, 1e-7)));

/** The softmax of each row of logits [rows, classes]. */
export const softmaxRows = (logits: Float32Array, classes: number): Float64Array => {
  const result = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const greatest = row.reduce((a, b) => Math.max(a, b), -Infinity);
    let sum = 0;
    for (let i = 0; i < classes; i++) sum += result[start + i] = Math.exp(row[i] - greatest);
    for (let i = 0; i < classes; i++) result[start + i] /= sum;
  }
  return result;
};
