import { distanceTo, energyOf } from '../energy.js';
import type { Feedback } from './feedback.js';

/** No error feedback: what is lost is gone. */
export const noFeedback: Feedback = {
  accumulate: (fresh) => {
    const energy = energyOf(fresh);
    return {
      input: fresh,
      freshEnergy: energy,
      inputEnergy: energy,
      settle: (pieces) => {
        const errorEnergy = distanceTo(fresh, energy, pieces);
        return { errorEnergy, freshErrorEnergy: errorEnergy, state: {} };
      },
    };
  },
};
