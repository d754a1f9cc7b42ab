import { histogram } from '../entropy.js';
import { bestTable, readRans, writeRans } from './rans.js';
import type { SymbolCode } from './stream.js';

/** Beyond, a table would be larger than what it saves, and frequencies would not be fine enough. */
const mostSymbols = 16384;

/** Symbols by range ANS with static frequencies. The parameter is the precision of the frequencies in bits. */
export const ransSymbols: SymbolCode = {
  tag: 5,
  name: 'rans',
  prepare: (symbols, alphabet) => {
    if (alphabet > mostSymbols) return null;
    const best = bestTable(histogram(symbols, alphabet), symbols.length);
    if (best === null) return null;
    return {
      bytes: best.bytes,
      parameter: best.table.precision,
      write: (writer) => writeRans(symbols, best.table, writer),
    };
  },
  read: readRans,
};
