import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { eliasFano } from '../streams/elias-fano.js';

/** Codes positions in a size that depends on their number alone. */
export const eliasfano = defineCoder({
  name: 'eliasfano',
  code: 116,
  role: 'coder',
  summary: 'Elias and Fano’s code of positions',
  takes: ['sparse', 'symbols'],
  codes: ['positions'],
  mostBits: { positions: (density) => 2 + Math.ceil(-Math.log2(density)) },
  bits: 'at most 2 + ⌈log2(d/k)⌉ a position',
  bias: 'lossless',
  paper: 'Elias 1974, Efficient Storage and Retrieval by Content and Address of Static Files',
  options: z.strictObject({}),
  create: () => ({ positions: [eliasFano] }),
});
