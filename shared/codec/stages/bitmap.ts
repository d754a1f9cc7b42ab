import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { bitmap as bitmapCode } from '../streams/bitmap.js';

/** One bit a coordinate; the smallest simple code at densities about one half. */
export const bitmap = defineCoder({
  name: 'bitmap',
  code: 117,
  role: 'coder',
  summary: 'one bit a coordinate: whether it is kept',
  takes: ['sparse', 'symbols'],
  codes: ['positions'],
  mostBits: { positions: (density) => 1 / density },
  bits: '1/p a position at density p',
  bias: 'lossless',
  paper: 'the plain bit vector',
  options: z.strictObject({}),
  create: () => ({ positions: [bitmapCode] }),
});
