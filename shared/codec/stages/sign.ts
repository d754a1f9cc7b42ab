import { z } from 'zod';
import { isNegative, wordsOf } from '../negative.js';
import { quantizerTransform } from '../quantizer.js';
import { meanMagnitude, readScale } from '../scale.js';
import { defineTransform } from '../stage-interface.js';
import { malformed } from '../streams/malformed.js';

const options = z.strictObject({
  scale: z
    .enum(['mean', 'none'])
    .default('mean')
    .describe(
      'what signs are restored to: ± the mean magnitude, or none: ±1, for a rule that counts votes (`aggregation: majority`)',
    ),
});

/** Without a scale a vector of zeros still is one: 0 instead of 1. */
const unscaled = (values: Float32Array): number => (values.every((value) => value === 0) ? 0 : 1);

/**
 * Scaled signs: every value becomes ± the mean magnitude, which leaves NMSE = 1 − ‖x‖₁² / (d ‖x‖²) exactly. A zero has
 * no sign; its coordinate takes + and − in turn over rounds and clients, so that zeros don't drift.
 */
export const sign = defineTransform({
  name: 'sign',
  code: 18,
  role: 'quantizer',
  summary: 'sends signs and the mean magnitude',
  takes: ['dense', 'sparse'],
  gives: 'symbols',
  bits: '1 a value + 32, without a scale + 8',
  bias: 'biased; NMSE 1 − ‖x‖₁² / (d ‖x‖²), 0.363 on a Gaussian; use error feedback, or votes without a scale',
  paper:
    'Karimireddy et al. 2019, Error Feedback Fixes SignSGD and other Gradient Compression Schemes; Bernstein et al. 2018, signSGD: Compressed Optimisation for Non-Convex Problems',
  options,
  shorthand: 'scale',
  create: ({ scale: chosen }) =>
    quantizerTransform<number>({
      alphabet: () => 2,
      scaleBytes: () => (chosen === 'mean' ? 4 : 1),
      quantize: (values, { positions }, side, { round, client }) => {
        const scale = chosen === 'mean' ? meanMagnitude(values) : unscaled(values);
        if (chosen === 'mean') side.float32(scale);
        else side.uint8(scale);
        const turn = round + client;
        const words = wordsOf(values);
        const symbols = new Uint16Array(values.length);
        for (let i = 0; i < values.length; i++) {
          symbols[i] = isNegative(words[i]);
          if (values[i] === 0) symbols[i] = ((positions === null ? i : positions[i]) + turn) & 1;
        }
        return { symbols, scales: scale };
      },
      readScales: (_count, side) => {
        if (chosen === 'mean') return readScale(side);
        const scale = side.uint8();
        return scale <= 1 ? scale : malformed('codec/bad-scale', `The sign's magnitude is ${scale}.`);
      },
      restore: (symbols, scale) => {
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) values[i] = scale * (1 - 2 * symbols[i]);
        return values;
      },
    }),
});
