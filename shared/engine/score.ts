import type { EvaluationResult, LoadedExamples } from './engine.js';

/** Every example, in order. */
export const allExamples = ({ count }: LoadedExamples): Int32Array => Int32Array.from({ length: count }, (_, i) => i);

/** Adds up an evaluation, some rows at a time. */
export class Score {
  private correct = 0;
  private lossSum = 0;
  private samples = 0;

  constructor(private readonly labels: Uint8Array) {}

  /**
   * @param examples their indices
   * @param losses one a row
   * @param predicted classes, one a row
   */
  add(examples: Int32Array, losses: ArrayLike<number>, predicted: ArrayLike<number>): void {
    for (const [row, example] of examples.entries()) {
      this.lossSum += losses[row];
      // NaN logits have no largest one.
      if (predicted[row] === this.labels[example] && !Number.isNaN(losses[row])) this.correct++;
    }
    this.samples += examples.length;
  }

  get result(): EvaluationResult {
    const { correct, lossSum, samples } = this;
    return { correct, lossSum, samples };
  }
}
