import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { golomb as golombCode } from '../streams/golomb.js';
import { rice } from '../streams/rice.js';

const options = z.strictObject({
  divisor: z
    .enum(['power', 'any'])
    .default('power')
    .describe('power: gaps are divided by a power of two (Rice’s code); any: by the best number, up to 1 % shorter'),
});

/** Codes the gaps between sent positions; within 1.5 % of the entropy of independent positions up to density 1/4. */
export const golomb = defineCoder({
  name: 'golomb',
  code: 32,
  role: 'coder',
  summary: 'Golomb’s code of the gaps between positions',
  takes: ['sparse', 'symbols'],
  codes: ['positions'],
  bits: 'about h2(p)/p a position at density p: 8.1 at 1/100',
  bias: 'lossless',
  paper: 'Golomb 1966, Run-Length Encodings; Gallager and van Voorhis 1975; Rice 1979; Sattler et al. 2019',
  options,
  shorthand: 'divisor',
  create: ({ divisor }) => ({ positions: [divisor === 'any' ? golombCode : rice] }),
});
