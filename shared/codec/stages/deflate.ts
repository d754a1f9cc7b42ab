import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { deflate as deflateCode } from '../streams/byte-compressors.js';

const options = z.strictObject({
  level: z.int().min(1).max(9).default(6).describe('effort of zlib, 1 (fast) to 9 (small)'),
});

/** Codes symbols, packed to whole bytes, as DEFLATE does: a baseline. */
export const deflate = defineCoder({
  name: 'deflate',
  code: 34,
  role: 'coder',
  summary: 'zlib’s DEFLATE over byte-packed symbols; slow to encode, below 100 MB/s of float32',
  takes: ['symbols'],
  codes: ['symbols'],
  mostBits: {},
  bits: 'no bound; the bytes depend on zlib’s version, what they decode to does not',
  bias: 'lossless',
  paper: 'RFC 1951',
  options,
  shorthand: 'level',
  create: ({ level }) => ({ symbols: [deflateCode(level)] }),
});
