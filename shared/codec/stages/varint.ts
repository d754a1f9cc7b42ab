import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { varint as varintCode } from '../streams/varint.js';

/** A baseline: what simple formats do with positions. */
export const varint = defineCoder({
  name: 'varint',
  code: 118,
  role: 'coder',
  summary: 'gaps between positions in whole bytes, seven bits each',
  takes: ['sparse', 'symbols'],
  codes: ['positions'],
  // Gaps from each of these on have one byte more.
  mostBits: {
    positions: (density) =>
      8 * [0, 128, 128 ** 2, 128 ** 3, 128 ** 4].reduce((sum, gap) => sum + (1 - density) ** gap, 0),
  },
  bits: '8 a position below gaps of 128, 16 below 16,384',
  bias: 'lossless',
  paper: 'LEB128, as in DWARF 5, section 7.6',
  options: z.strictObject({}),
  create: () => ({ positions: [varintCode] }),
});
