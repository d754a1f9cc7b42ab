import type { ServerRound, ServerTask } from '../method.js';
import { required } from '../public/learner.js';

/*
 * Sub-models are combined entry by entry: HeteroFL, Diao, Ding and Tarokh, "HeteroFL: Computation and Communication Efficient
 * Federated Learning for Heterogeneous Clients" (ICLR 2021), equation 2 and Algorithm 1.
 */

/**
 * Each entry becomes the mean over the clients that have it, weighted by samples; an entry that none of the round's clients has
 * keeps its value. Sums are in float64, in cohort order, divided once.
 */
export const meanOfHolders = ({ model, state, subModels: given }: ServerTask): ServerRound => {
  const { all, placeOf } = required(given);
  const sums = new Float64Array(model.layout.floats);
  /** Samples of the clients that have each sub-model. */
  const samples = all.map(() => 0);
  return {
    fold: (update) => {
      const place = placeOf(update.client);
      const { positions } = all[place];
      const own = new Float64Array(positions.length);
      update.fold('delta', update.samples, own);
      for (let i = 0; i < own.length; i++) sums[positions[i]] += own[i];
      samples[place] += update.samples;
    },
    finish: () => {
      if (samples.every((count) => count === 0)) return null;
      const held = new Float64Array(sums.length);
      all.forEach(({ positions }, place) => {
        for (let i = 0; i < positions.length; i++) held[positions[i]] += samples[place];
      });
      const delta = Float32Array.from(sums, (sum, i) => (held[i] === 0 ? 0 : sum / held[i]));
      return { delta, exact: {}, state };
    },
  };
};
