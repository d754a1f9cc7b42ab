import { z } from 'zod';
import { nearEntropy } from '../most-bits.js';
import { defineCoder } from '../stage-interface.js';
import { golomb as golombCode } from '../streams/golomb.js';
import { rice } from '../streams/rice.js';

const options = z.strictObject({
  divisor: z
    .enum(['power', 'any'])
    .default('power')
    .describe('power: gaps are divided by a power of two (Rice’s code); any: by the best number, up to 2 % shorter'),
});

/**
 * Codes the gaps between sent positions. Of independent ones it is within 2 % of the entropy up to density 1/20 and 3.3 % up to 1/4; with
 * any divisor 0.6 % and 1.5 %.
 */
export const golomb = defineCoder({
  name: 'golomb',
  code: 32,
  role: 'coder',
  summary: 'Golomb’s code of the gaps between positions',
  takes: ['sparse', 'symbols'],
  codes: ['positions'],
  // Rice’s worst densities are 0.21, with 3.3 %, and 0.382, with 4.3 %.
  mostBits: { positions: (density) => (density <= 0.05 ? 1 : 1.025) * nearEntropy.positions(density) },
  bits: 'within 2 % of h2(p)/p a position at densities p up to 1/20, 4.5 % up to 1/2: 8.1 at 1/100',
  bias: 'lossless',
  paper: 'Golomb 1966, Run-Length Encodings; Gallager and van Voorhis 1975; Rice 1979; Sattler et al. 2019',
  options,
  shorthand: 'divisor',
  create: ({ divisor }) => ({ positions: [divisor === 'any' ? golombCode : rice] }),
});
