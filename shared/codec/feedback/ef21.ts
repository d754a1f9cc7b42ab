import { z } from 'zod';
import { distanceTo, energyOf } from '../energy.js';
import type { Piece } from '../pieces.js';
import { defineFeedback } from './feedback.js';
import { floatsOfState } from './state-vector.js';

const differenceTo = (fresh: Float32Array, estimate: Float32Array): Float32Array => {
  const out = new Float32Array(fresh.length);
  for (let i = 0; i < out.length; i++) out[i] = fresh[i] - estimate[i];
  return out;
};

/** The estimate with what was sent added, in float32, as a new vector. */
const movedBy = (estimate: Float32Array | undefined, pieces: readonly Piece[], length: number): Float32Array => {
  const out = estimate === undefined ? new Float32Array(length) : estimate.slice();
  for (const { offset, value } of pieces) {
    const { positions, values } = value;
    if (positions === null) for (let i = 0; i < values.length; i++) out[offset + i] += values[i];
    else for (let i = 0; i < values.length; i++) out[offset + positions[i]] += values[i];
  }
  return out;
};

/**
 * EF21: sender and receiver share an estimate g of the sender's vector. What is coded is v − g, and both add what the
 * decoder gives. There is no residual: what was lost is in the next difference. Nothing is kept of v itself, so the fresh
 * error is that of the new estimate, ‖v − g‖². The coordinator sums in float64 and keeps the mean of all estimates alone, so the
 * two differ by float32's rounding of g, at most 2^−24 |g| a round.
 */
export const ef21 = defineFeedback({
  name: 'ef21',
  summary: 'differences to an estimate that both sides keep are sent; needs the aggregation ef21',
  sends: 'changes',
  memory: 'the estimate: 4 bytes a coordinate; the coordinator keeps the mean of all estimates',
  paper:
    'Richtárik, Sokolov and Fatkhullin 2021, EF21: A New, Simpler, Theoretically Better, and Practically Faster Error Feedback',
  options: z.strictObject({}),
  create: () => ({
    accumulate: (fresh, state) => {
      const estimate = floatsOfState(state, 'estimate', fresh.length);
      const input = estimate === undefined ? fresh : differenceTo(fresh, estimate);
      const freshEnergy = energyOf(fresh);
      const inputEnergy = estimate === undefined ? freshEnergy : energyOf(input);
      return {
        input,
        freshEnergy,
        inputEnergy,
        settle: (pieces) => {
          const errorEnergy = distanceTo(input, inputEnergy, pieces);
          return {
            errorEnergy,
            freshErrorEnergy: errorEnergy,
            state: { estimate: movedBy(estimate, pieces, fresh.length) },
          };
        },
      };
    },
  }),
});
