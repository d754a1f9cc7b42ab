import { z } from 'zod';
import { defineCoder } from '../stage-interface.js';
import { huffman as huffmanCode } from '../streams/huffman.js';

/** Codes symbols by a canonical Huffman code whose table is in the payload; alphabets above 4096 stay raw. */
export const huffman = defineCoder({
  name: 'huffman',
  code: 33,
  role: 'coder',
  summary: 'canonical Huffman code of symbols',
  takes: ['symbols'],
  codes: ['symbols'],
  mostBits: { symbols: (entropy) => entropy + 1 },
  bits: 'at most the symbols’ entropy + 1 a symbol, and a table',
  bias: 'lossless',
  paper: 'Huffman 1952, A Method for the Construction of Minimum-Redundancy Codes',
  options: z.strictObject({}),
  create: () => ({ symbols: [huffmanCode] }),
});
