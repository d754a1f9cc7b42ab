import { z } from 'zod';
import { nearEntropy } from '../most-bits.js';
import { defineCoder, type StreamCodes } from '../stage-interface.js';
import { bitmap } from '../streams/bitmap.js';
import { huffman } from '../streams/huffman.js';
import { mapPositions } from '../streams/map-positions.js';
import { mapSymbols } from '../streams/map-symbols.js';
import { rangePositions } from '../streams/range-positions.js';
import { rangeSymbols } from '../streams/range-symbols.js';
import { ransPositions } from '../streams/rans-positions.js';
import { ransSymbols } from '../streams/rans-symbols.js';
import { rice } from '../streams/rice.js';

const options = z.strictObject({
  coder: z
    .enum(['auto', 'rans', 'range', 'map'])
    .default('auto')
    .describe(
      'auto: the smallest by count of all codes whose size can be counted; rans: range ANS; range: the adaptive range coder, smaller where statistics drift, and slower; map: range ANS that codes where values stand given rows and columns, the smallest for weights of layers',
    ),
});

const coders: Record<z.infer<typeof options>['coder'], StreamCodes> = {
  auto: { positions: [rice, bitmap, ransPositions], symbols: [huffman, ransSymbols] },
  rans: { positions: [ransPositions], symbols: [ransSymbols] },
  range: { positions: [rangePositions], symbols: [rangeSymbols] },
  map: { positions: [mapPositions, ransPositions], symbols: [mapSymbols, ransSymbols] },
};

/** Codes positions and symbols, each by the smallest code; sizes are counted, not tried. */
export const entropy = defineCoder({
  name: 'entropy',
  code: 35,
  role: 'coder',
  summary: 'the smallest of several entropy codes, for positions and symbols',
  takes: ['sparse', 'symbols'],
  codes: ['positions', 'symbols'],
  mostBits: nearEntropy,
  bits: 'within 2 % of the entropy of 10,000 values or more; range and map below it where neighbours are alike',
  bias: 'lossless',
  paper:
    'Duda 2013, Asymmetric Numeral Systems; Martin 1979, Range Encoding; Krichevsky and Trofimov 1981; Golomb 1966; Huffman 1952',
  options,
  shorthand: 'coder',
  create: ({ coder }) => coders[coder],
});
