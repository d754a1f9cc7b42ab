import { z } from 'zod';
import { energyOf } from '../energy.js';
import type { Piece } from '../pieces.js';
import { defineFeedback } from './feedback.js';
import { floatsOfState } from './state-vector.js';
import { takeAway } from './take-away.js';

const options = z.strictObject({
  factor: z
    .number()
    .min(0)
    .lt(1)
    .default(0.9)
    .describe('part of the velocity that stays from round to round, 0 ≤ v < 1'),
  clipNorm: z
    .number()
    .gt(0)
    .nullable()
    .default(null)
    .describe('the fresh vector is shortened to this Euclidean norm; more than 0, null: never'),
});

/** Velocity is zero where something was sent: old velocity would carry the coordinate past where it is by now. */
const mask = (velocity: Float32Array, pieces: readonly Piece[]): void => {
  for (const { offset, value } of pieces) {
    const { positions, values } = value;
    if (positions === null) {
      for (let i = 0; i < values.length; i++) if (values[i] !== 0) velocity[offset + i] = 0;
    } else {
      for (let i = 0; i < values.length; i++) if (values[i] !== 0) velocity[offset + positions[i]] = 0;
    }
  }
};

/** velocity ← factor × velocity + shrink × fresh; residual ← residual + velocity. New vectors, in float32. */
const advance = (
  fresh: Float32Array,
  shrink: number,
  factor: number,
  old: { velocity: Float32Array | undefined; residual: Float32Array | undefined },
) => {
  const velocity = new Float32Array(fresh.length);
  const residual = new Float32Array(fresh.length);
  const { velocity: before, residual: left } = old;
  if (before === undefined || left === undefined) {
    for (let i = 0; i < fresh.length; i++) residual[i] = velocity[i] = shrink * fresh[i];
    return { velocity, residual };
  }
  for (let i = 0; i < fresh.length; i++) {
    const speed = Math.fround(factor * before[i] + shrink * fresh[i]);
    velocity[i] = speed;
    residual[i] = left[i] + speed;
  }
  return { velocity, residual };
};

/**
 * Deep Gradient Compression: momentum correction u ← m u + g, accumulation v ← v + u, v is coded, and what the decoder gives is
 * taken from v; u is zero where something was sent (momentum factor masking). v is a residual and keeps its law.
 */
export const momentum = defineFeedback({
  name: 'momentum',
  summary: 'a velocity of the fresh vectors adds up until it is sent (Deep Gradient Compression)',
  sends: 'vectors',
  memory: 'velocity and residual: 8 bytes a coordinate',
  paper: 'Lin et al. 2018, Deep Gradient Compression: Reducing the Communication Bandwidth for Distributed Training',
  options,
  shorthand: 'factor',
  create: ({ factor, clipNorm }) => ({
    accumulate: (fresh, state) => {
      const freshEnergy = energyOf(fresh);
      const norm = Math.sqrt(freshEnergy);
      const shrink = clipNorm !== null && norm > clipNorm ? clipNorm / norm : 1;
      const { velocity, residual } = advance(fresh, shrink, factor, {
        velocity: floatsOfState(state, 'velocity', fresh.length),
        residual: floatsOfState(state, 'residual', fresh.length),
      });
      const inputEnergy = energyOf(residual);
      return {
        input: residual,
        freshEnergy,
        inputEnergy,
        settle: (pieces) => {
          const losses = takeAway(
            { values: fresh, energy: freshEnergy },
            { values: residual, energy: inputEnergy },
            pieces,
          );
          mask(velocity, pieces);
          return { ...losses, state: { velocity, residual } };
        },
      };
    },
  }),
});
