import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { eliasPositions, eliasSymbols } from '../streams/elias.js';

/** Codes numbers without knowing how they are distributed, shorter than gamma for large ones. */
export const eliasdelta = defineCoder({
  name: 'eliasdelta',
  code: 115,
  role: 'coder',
  summary: 'Elias’s delta code of gaps and symbols',
  takes: ['sparse', 'symbols'],
  codes: ['positions', 'symbols'],
  // As gamma's: concave in the gap, whose mean is 1/p.
  mostBits: { positions: (density) => 1 - Math.log2(density) + 2 * Math.log2(1 - Math.log2(density)) },
  bits: '⌊log2 n⌋ + 2 ⌊log2(⌊log2 n⌋ + 1)⌋ + 1 for a gap of n or the symbol n − 1, or symbols counted from the middle of their alphabet outwards',
  bias: 'lossless',
  paper: 'Elias 1975, Universal Codeword Sets and Representations of the Integers',
  options: z.strictObject({}),
  create: () => ({ positions: [eliasPositions('delta')], symbols: [eliasSymbols('delta')] }),
});
