import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { eliasPositions, eliasSymbols } from '../streams/elias.js';

/** Codes numbers without knowing how they are distributed, best when 1 is by far the most frequent. */
export const eliasgamma = defineCoder({
  name: 'eliasgamma',
  code: 114,
  role: 'coder',
  summary: 'Elias’s gamma code of gaps and symbols',
  takes: ['sparse', 'symbols'],
  codes: ['positions', 'symbols'],
  // The mean of a logarithm is at most that of the mean, 1/p.
  mostBits: { positions: (density) => 1 - 2 * Math.log2(density) },
  bits: '2 ⌊log2 n⌋ + 1 for a gap of n or the symbol n − 1, or symbols counted from the middle of their alphabet outwards',
  bias: 'lossless',
  paper: 'Elias 1975, Universal Codeword Sets and Representations of the Integers',
  options: z.strictObject({}),
  create: () => ({ positions: [eliasPositions('gamma')], symbols: [eliasSymbols('gamma')] }),
});
