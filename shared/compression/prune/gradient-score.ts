import type { Score } from './prune-step.js';

/**
 * The sum over batches of what each weight's gradient says of its importance.
 * @param term of a weight and the slope of the batch's mean loss at it
 */
export const gradientScore =
  (
    { batches, batchSize }: { readonly batches: number; readonly batchSize: number },
    term: (weight: number, slope: number) => number,
  ): Score =>
  async (model, bench) => {
    const { floats } = model.parameters;
    const scores = new Float64Array(floats.length);
    await bench.gradients(model, { phase: 'score importance', batches, batchSize }, (gradient) => {
      for (let i = 0; i < scores.length; i++) scores[i] += term(floats[i], gradient[i]);
    });
    return scores;
  };
