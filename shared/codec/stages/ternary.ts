import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { readScale } from '../scale.js';
import { defineTransform } from '../stage-interface.js';
import type { Shape } from '../value.js';

/** Positions that are sent hold no zeros, so a sign says it all; keyed positions may hold some. */
const alphabet = (shape: Shape): number => (shape.support === 'explicit' ? 2 : 3);

/** The mean magnitude of the values that are not zero, as a float32. */
const meanOfNonZeros = (values: Float32Array): number => {
  let sum = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 0) continue;
    sum += Math.abs(values[i]);
    count++;
  }
  return count === 0 ? 0 : Math.fround(sum / count);
};

/**
 * Sparse ternary compression: kept values become ±μ, μ the mean magnitude of the kept; zeros stay zero. After topk
 * the error is NMSE = 1 − k μ² / ‖x‖² exactly.
 */
export const ternary = defineTransform({
  name: 'ternary',
  code: 17,
  role: 'quantizer',
  summary: 'kept values become plus or minus their mean magnitude',
  takes: ['sparse'],
  gives: 'symbols',
  bits: '1 a kept value (2 after randomk) + 32',
  bias: 'biased; NMSE 1 − k μ² / ‖x‖² after topk; use error feedback',
  paper: 'Sattler et al. 2019, Robust and Communication-Efficient Federated Learning from Non-IID Data',
  options: z.strictObject({}),
  create: () =>
    quantizerTransform<number>({
      alphabet,
      scaleBytes: () => 4,
      quantize: (values, shape, side) => {
        const scale = meanOfNonZeros(values);
        side.float32(scale);
        const plus = alphabet(shape) - 2;
        const symbols = new Uint16Array(values.length);
        for (let i = 0; i < values.length; i++) {
          if (values[i] > 0) symbols[i] = plus;
          else if (values[i] < 0) symbols[i] = plus + 1;
        }
        return { symbols, scales: scale };
      },
      readScales: (_count, side) => readScale(side),
      restore: (symbols, scale, size) => {
        const levels = Float32Array.from(size === 2 ? [scale, -scale] : [0, scale, -scale]);
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) values[i] = levels[symbols[i]];
        return values;
      },
    }),
});
