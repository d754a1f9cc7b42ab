import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { brotli as brotliCode } from '../streams/byte-compressors.js';

const options = z.strictObject({
  quality: z.int().min(0).max(11).default(9).describe('effort, 0 (fast) to 11 (small)'),
});

/** Codes symbols, packed to whole bytes, as Brotli does: a baseline. */
export const brotli = defineCoder({
  name: 'brotli',
  code: 119,
  role: 'coder',
  summary: 'Brotli over byte-packed symbols; slow to encode, below 100 MB/s of float32',
  takes: ['symbols'],
  codes: ['symbols'],
  mostBits: {},
  bits: 'no bound; the bytes depend on the library’s version, what they decode to does not',
  bias: 'lossless',
  paper: 'RFC 7932',
  options: options,
  shorthand: 'quality',
  create: ({ quality }) => ({ symbols: [brotliCode(quality)] }),
});
