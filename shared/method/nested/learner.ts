/** Trains sub-models of a client's own network, on its own examples of one round. */
export interface NestedLearner {
  /** Gradient steps of the client's local training. */
  readonly steps: number;
  /** Sub-models that fit into the client's network, itself among them. */
  readonly count: number;
  /**
   * Some of the steps, with one of the sub-models; what it has not keeps every bit.
   * @param floats of the client's network; not changed
   * @param choice from 0 to before `count`
   * @param from the first step @param to before which step it ends
   */
  train(
    floats: Float32Array,
    choice: number,
    from: number,
    to: number,
  ): Promise<{ floats: Float32Array; loss: number }>;
}
