import { z } from 'zod';
import { quantizerTransform } from '../quantizer.js';
import { meanMagnitude, readScale } from '../scale.js';
import { defineTransform } from '../stage-interface.js';

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
  bits: '1 a value + 32',
  bias: 'biased; NMSE 1 − ‖x‖₁² / (d ‖x‖²), 0.363 on a Gaussian; use error feedback',
  paper: 'Karimireddy et al. 2019, Error Feedback Fixes SignSGD and other Gradient Compression Schemes',
  options: z.strictObject({}),
  create: () =>
    quantizerTransform<number>({
      alphabet: () => 2,
      scaleBytes: () => 4,
      quantize: (values, { positions }, side, { round, client }) => {
        const scale = meanMagnitude(values);
        side.float32(scale);
        const turn = round + client;
        const symbols = new Uint16Array(values.length);
        for (let i = 0; i < values.length; i++) {
          if (values[i] < 0) symbols[i] = 1;
          else if (values[i] === 0) symbols[i] = ((positions === null ? i : positions[i]) + turn) & 1;
        }
        return { symbols, scales: scale };
      },
      readScales: (_count, side) => readScale(side),
      restore: (symbols, scale) => {
        const values = new Float32Array(symbols.length);
        for (let i = 0; i < symbols.length; i++) values[i] = symbols[i] === 0 ? scale : -scale;
        return values;
      },
    }),
});
