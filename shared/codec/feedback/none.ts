import { distanceTo, energyOf } from '../energy.js';
import type { Piece } from '../pieces.js';
import type { Feedback } from './feedback.js';

/** Null where a piece doesn't say what it lost. */
const knownLoss = (pieces: readonly Piece[]): number | null =>
  pieces.reduce<number | null>((sum, { lost }) => (sum === null || lost === undefined ? null : sum + lost), 0);

/** No error feedback: what is lost is gone. */
export const noFeedback: Feedback = {
  accumulate: (fresh) => {
    const energy = energyOf(fresh);
    return {
      input: fresh,
      freshEnergy: energy,
      inputEnergy: energy,
      settle: (pieces) => {
        const errorEnergy = knownLoss(pieces) ?? distanceTo(fresh, energy, pieces);
        return { errorEnergy, freshErrorEnergy: errorEnergy, state: {} };
      },
    };
  },
};
