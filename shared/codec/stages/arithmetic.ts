import { z } from 'zod';
import { nearEntropy } from '../most-bits.js';
import { defineCoder } from '../stage-interface.js';
import { rangePositions } from '../streams/range-positions.js';
import { rangeSymbols } from '../streams/range-symbols.js';

/** Codes positions and symbols with probabilities that follow what they see: the smallest where statistics drift, and the slowest. */
export const arithmetic = defineCoder({
  name: 'arithmetic',
  code: 113,
  role: 'coder',
  summary: 'adaptive binary range coder of positions and symbols; slow on dense vectors, below 100 MB/s of float32',
  takes: ['sparse', 'symbols'],
  codes: ['positions', 'symbols'],
  mostBits: nearEntropy,
  bits: 'within 2 % of the entropy of 10,000 values or more; below it where neighbours are alike',
  bias: 'lossless',
  paper: 'Martin 1979, Range Encoding; Krichevsky and Trofimov 1981',
  options: z.strictObject({}),
  create: () => ({ positions: [rangePositions], symbols: [rangeSymbols] }),
});
