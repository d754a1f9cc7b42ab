import type { BitReader } from '../../util/bits.js';
import { bitsBelow } from '../value.js';
import { histogram } from '../entropy.js';
import { malformed } from './malformed.js';
import { Contexts, RangeDecoder, RangeEncoder } from './range-coder.js';
import type { SymbolCode } from './stream.js';

/** A symbol's first bits are decisions in a binary tree, each node with its own probability; the rest are even. */
const modelledBits = 8;

/** Bits that the decisions of one node take: their entropy and the price of learning it (Krichevsky and Trofimov 1981). */
const nodeBits = (zeros: number, ones: number): number => {
  const total = zeros + ones;
  if (total === 0) return 0;
  let bits = 1 + 0.5 * Math.log2(total);
  if (zeros > 0) bits -= zeros * Math.log2(zeros / total);
  if (ones > 0) bits -= ones * Math.log2(ones / total);
  return bits;
};

/** The size from counts alone; where statistics drift the coder does better. */
const estimateBytes = (symbols: Uint16Array, alphabet: number): number => {
  const bits = bitsBelow(alphabet);
  const depth = Math.min(bits, modelledBits);
  const counts = histogram(symbols, alphabet);
  // Leaves of the tree at 2^depth and above, their parents below.
  const tree = new Float64Array(2 << depth);
  for (let symbol = 0; symbol < alphabet; symbol++) tree[(1 << depth) + (symbol >>> (bits - depth))] += counts[symbol];
  let total = symbols.length * (bits - depth);
  for (let node = (1 << depth) - 1; node > 0; node--) {
    tree[node] = tree[2 * node] + tree[2 * node + 1];
    total += nodeBits(tree[2 * node], tree[2 * node + 1]);
  }
  return Math.ceil(total / 8) + 2;
};

const encode = (symbols: Uint16Array, alphabet: number): RangeEncoder => {
  const bits = bitsBelow(alphabet);
  const depth = Math.min(bits, modelledBits);
  const coder = new RangeEncoder();
  const contexts = new Contexts(1 << depth);
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i];
    for (let level = 1, node = 1; level <= depth; level++) {
      const decision = (symbol >>> (bits - level)) & 1;
      coder.bit(contexts, node, decision);
      node = 2 * node + decision;
    }
    coder.evenBits(symbol, bits - depth);
  }
  return coder;
};

const read = (reader: BitReader, count: number, alphabet: number): Uint16Array => {
  const bits = bitsBelow(alphabet);
  const depth = Math.min(bits, modelledBits);
  const coder = new RangeDecoder(reader);
  const contexts = new Contexts(1 << depth);
  const symbols = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    let node = 1;
    for (let level = 1; level <= depth; level++) node = 2 * node + coder.bit(contexts, node);
    const symbol = ((node - (1 << depth)) << (bits - depth)) | coder.evenBits(bits - depth);
    if (symbol >= alphabet) malformed('codec/bad-symbol', `Symbol ${symbol} in an alphabet of ${alphabet}.`);
    symbols[i] = symbol;
  }
  coder.end();
  return symbols;
};

/** Adaptive range code of symbols: near the entropy without a table. */
export const rangeSymbols: SymbolCode = {
  tag: 2,
  name: 'range',
  prepare: (symbols, alphabet) => ({
    bytes: estimateBytes(symbols, alphabet),
    parameter: 0,
    write: (writer) => encode(symbols, alphabet).finish(writer),
  }),
  read,
};
