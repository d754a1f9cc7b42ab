import { expect } from 'vitest';
import { createCodec } from '../../shared/codec/pipeline.js';
import type { Choice } from '../../shared/util/registry.js';
import { coding, contextOf, energy, squaredDistance } from './vectors.js';

/** One coding of a vector; `round` decides what is random. */
export const codeOnce = (values: Float32Array, stages: readonly Choice[], round = 0) =>
  createCodec(coding(stages)).encode(values, contextOf(values.length, { round }), {});

/** ‖x−x̂‖²/‖x‖², the mean over so many keys. */
export const meanNmse = (values: Float32Array, stages: readonly Choice[], keys = 1): number => {
  let sum = 0;
  for (let round = 0; round < keys; round++) sum += squaredDistance(values, codeOnce(values, stages, round).decoded);
  return sum / keys / energy(values);
};

/**
 * The mean of decoded vectors is the vector: each coordinate's mean within six of its own standard errors, as estimated from
 * the draws, and the whole within what such means scatter by.
 */
export const expectUnbiased = (values: Float32Array, stages: readonly Choice[], keys: number): void => {
  const sums = new Float64Array(values.length);
  const squares = new Float64Array(values.length);
  let largest = 0;
  for (let round = 0; round < keys; round++) {
    codeOnce(values, stages, round).decoded.forEach((value, i) => {
      sums[i] += value - values[i];
      squares[i] += (value - values[i]) ** 2;
      largest = Math.max(largest, Math.abs(value));
    });
  }
  let furthest = 0;
  let deviation = 0;
  let expected = 0;
  for (let i = 0; i < values.length; i++) {
    const mean = sums[i] / keys;
    const variance = squares[i] / keys;
    // A large value that is drawn less than a dozen times may not have been drawn at all.
    const rare = (12 * largest) / keys;
    furthest = Math.max(furthest, Math.abs(mean) / (6 * Math.sqrt(variance / keys) + rare));
    deviation += mean * mean;
    expected += variance / keys;
  }
  expect(furthest).toBeLessThanOrEqual(1);
  expect(deviation).toBeLessThan(2 * expected + 1e-12 * energy(values));
};
