import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { rice } from '../streams/rice.js';

/** Codes the gaps between sent positions; within 1.5 % of the entropy of independent positions up to density 1/4. */
export const golomb = defineCoder({
  name: 'golomb',
  code: 32,
  role: 'coder',
  summary: 'Golomb-Rice code of the gaps between positions',
  takes: ['sparse', 'symbols'],
  codes: ['positions'],
  bits: 'about h2(p)/p a position at density p: 8.1 at 1/100',
  bias: 'lossless',
  paper: 'Golomb 1966, Run-Length Encodings; Rice 1979; Sattler et al. 2019 for the parameter',
  options: z.strictObject({}),
  create: () => ({ positions: [rice] }),
});
