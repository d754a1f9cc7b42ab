import { z } from 'zod';
import { defineAggregation, type ServerState } from '../method.js';

/*
 * The server part of EF21 (Richtárik, Sokolov and Fatkhullin 2021, Algorithm 2), weighted by samples. Client i keeps an
 * estimate gᵢ and sends c = C(vᵢ − gᵢ); both sides add c. The model steps by g = Σ nᵢ·gᵢ / Σ nᵢ over the clients that have taken
 * part so far: with all of them, the paper's mean. Clients that are absent keep their gᵢ, and it stays in g.
 */

interface Kept {
  /** Σ nᵢ·gᵢ. */
  readonly sum: Float64Array;
  /** Those who have taken part. */
  readonly clients: Set<number>;
  /** Σ nᵢ of them. */
  samples: number;
}

/** A copy, to be changed. */
const open = (state: ServerState, length: number): Kept => ({
  sum: state['sum'] === undefined ? new Float64Array(length) : Float64Array.from(state['sum']),
  clients: new Set(state['clients']),
  samples: state['samples']?.[0] ?? 0,
});

export const ef21 = defineAggregation({
  name: 'ef21',
  summary: 'the mean of estimates that clients and coordinator keep; clients send what changes them (EF21)',
  takes: 'changes',
  options: z.strictObject({
    learningRate: z
      .number()
      .gt(0)
      .max(1000)
      .default(1)
      .describe('what the mean estimate is multiplied by before the model changes by it, 0 < v ≤ 1000'),
  }),
  create: ({ learningRate }) => ({
    begin: ({ part: { name, layout }, state }) => {
      const kept = open(state, layout.floats);
      let folded = false;
      return {
        fold: (update) => {
          update.fold(name, update.samples, kept.sum);
          folded = true;
          if (!kept.clients.has(update.client)) kept.samples += update.samples;
          kept.clients.add(update.client);
        },
        finish: () => {
          const { sum, samples } = kept;
          if (!folded || samples === 0) return null;
          const value = new Float32Array(sum.length);
          for (let i = 0; i < sum.length; i++) value[i] = (learningRate * sum[i]) / samples;
          const clients = Float64Array.from(kept.clients).sort();
          return { value, state: { sum, clients, samples: Float64Array.of(samples) } };
        },
      };
    },
  }),
});
