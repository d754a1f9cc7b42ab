import { z } from 'zod';
import { defineCoder, type StreamCodes } from '../stage-interface.js';
import { bitmap } from '../streams/bitmap.js';
import { huffman } from '../streams/huffman.js';
import { rangePositions } from '../streams/range-positions.js';
import { rangeSymbols } from '../streams/range-symbols.js';
import { rice } from '../streams/rice.js';
import type { SymbolCode } from '../streams/stream.js';

const options = z.strictObject({
  coder: z
    .enum(['auto', 'range'])
    .default('auto')
    .describe(
      'auto: the smallest of all codes for positions and for symbols, Huffman’s if none is 1 % smaller; range: the adaptive range coder',
    ),
});

/** The range coder takes eight decisions a symbol where Huffman's code takes one look: it must be worth it. */
const worthwhile: SymbolCode = {
  ...rangeSymbols,
  prepare: (symbols, alphabet) => {
    const prepared = rangeSymbols.prepare(symbols, alphabet);
    return prepared === null ? null : { ...prepared, bytes: Math.ceil(1.01 * prepared.bytes) };
  },
};

const coders: Record<z.infer<typeof options>['coder'], StreamCodes> = {
  auto: { positions: [rice, bitmap, rangePositions], symbols: [huffman, worthwhile] },
  range: { positions: [rangePositions], symbols: [rangeSymbols] },
};

/** Codes positions and symbols, each by the smallest code; sizes are counted, not tried, but for adaptive positions. */
export const entropy = defineCoder({
  name: 'entropy',
  code: 35,
  role: 'coder',
  summary: 'the smallest of several entropy codes, for positions and symbols',
  takes: ['sparse', 'symbols'],
  codes: ['positions', 'symbols'],
  bits: 'within 2 % of the entropy of 10,000 values or more',
  bias: 'lossless',
  paper: 'Martin 1979, Range Encoding; Krichevsky and Trofimov 1981; Golomb 1966; Huffman 1952',
  options,
  shorthand: 'coder',
  create: ({ coder }) => coders[coder],
});
