import { z } from 'zod';
import { nearEntropy } from '../most-bits.js';
import { defineCoder } from '../stage-interface.js';
import { ransPositions } from '../streams/rans-positions.js';
import { ransSymbols } from '../streams/rans-symbols.js';

/** Codes positions and symbols by tables of their frequencies, which are in the payload. */
export const rans = defineCoder({
  name: 'rans',
  code: 112,
  role: 'coder',
  summary: 'range ANS of positions and symbols with static frequencies',
  takes: ['sparse', 'symbols'],
  codes: ['positions', 'symbols'],
  mostBits: nearEntropy,
  bits: 'within 2 % of the entropy of 10,000 values or more, and a table',
  bias: 'lossless',
  paper: 'Duda 2013, Asymmetric Numeral Systems',
  options: z.strictObject({}),
  create: () => ({ positions: [ransPositions], symbols: [ransSymbols] }),
});
