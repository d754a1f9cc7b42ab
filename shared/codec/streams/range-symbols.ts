import type { BitReader } from '../../util/bits.js';
import { bitsBelow } from '../value.js';
import { histogram } from '../entropy.js';
import { malformed } from './malformed.js';
import { Contexts, RangeDecoder, RangeEncoder } from './range-coder.js';
import type { SymbolCode } from './stream.js';

/*
 * The stream begins with the mode, the most frequent symbol, as a varint. Then for each symbol: whether it is the mode, given
 * how many of the last ones were; if it is not, its first bits as decisions in a binary tree, each node with its own
 * probability, and the rest as even bits.
 */
const modelledBits = 8;

/**
 * How busy the neighbourhood is: layers, rows and columns differ in how many of their values are not the mode. Two averages
 * of 256 × (not the mode), over about 4 and about 32 symbols, in eight steps each.
 */
class Activity {
  private short = 0;
  private long = 0;

  see(isMode: boolean): void {
    const target = isMode ? 0 : 4096;
    this.short += (target - this.short) >> 2;
    this.long += (target - this.long) >> 5;
  }

  /** 0 to 63. */
  get context(): number {
    return 8 * step(this.long) + step(this.short);
  }

  /** 0 or 1: whether most of the last symbols were not the mode. */
  get isBusy(): number {
    return this.long > 1024 ? 1 : 0;
  }
}

/** Steps of about an octave. */
const step = (average: number): number => Math.max(0, Math.min(7, 27 - Math.clz32(average)));

/** Bits that the decisions of one node take: their entropy and the price of learning it (Krichevsky and Trofimov 1981). */
const nodeBits = (zeros: number, ones: number): number => {
  const total = zeros + ones;
  if (total === 0) return 0;
  let bits = 1 + 0.5 * Math.log2(total);
  if (zeros > 0) bits -= zeros * Math.log2(zeros / total);
  if (ones > 0) bits -= ones * Math.log2(ones / total);
  return bits;
};

const modeOf = (counts: Uint32Array): number => {
  let mode = 0;
  for (let symbol = 1; symbol < counts.length; symbol++) if (counts[symbol] > counts[mode]) mode = symbol;
  return mode;
};

/** The size from counts alone; where statistics drift the coder does better. */
const estimateBytes = (counts: Uint32Array, mode: number, count: number): number => {
  const alphabet = counts.length;
  const bits = bitsBelow(alphabet);
  const depth = Math.min(bits, modelledBits);
  // Leaves of the tree at 2^depth and above, their parents below.
  const tree = new Float64Array(2 << depth);
  for (let symbol = 0; symbol < alphabet; symbol++) {
    if (symbol !== mode) tree[(1 << depth) + (symbol >>> (bits - depth))] += counts[symbol];
  }
  const others = count - counts[mode];
  let total = nodeBits(counts[mode], others) + others * (bits - depth);
  for (let node = (1 << depth) - 1; node > 0; node--) {
    tree[node] = tree[2 * node] + tree[2 * node + 1];
    total += nodeBits(tree[2 * node], tree[2 * node + 1]);
  }
  return Math.ceil(total / 8) + 4;
};

const makeContexts = (depth: number) => ({ modes: new Contexts(64), tree: new Contexts(2 << depth) });

const encode = (symbols: Uint16Array, alphabet: number, mode: number): RangeEncoder => {
  const bits = bitsBelow(alphabet);
  const depth = Math.min(bits, modelledBits);
  const coder = new RangeEncoder();
  const { modes, tree } = makeContexts(depth);
  const activity = new Activity();
  for (let i = 0; i < symbols.length; i++) {
    const symbol = symbols[i];
    const isMode = symbol === mode;
    coder.bit(modes, activity.context, isMode ? 0 : 1);
    if (!isMode) {
      const first = activity.isBusy << depth;
      coder.tree(tree, first, symbol >>> (bits - depth), depth);
      coder.evenBits(symbol, bits - depth);
    }
    activity.see(isMode);
  }
  return coder;
};

const read = (reader: BitReader, count: number, alphabet: number): Uint16Array => {
  const bits = bitsBelow(alphabet);
  const depth = Math.min(bits, modelledBits);
  const mode = reader.varint();
  if (mode >= alphabet) malformed('codec/bad-symbol', `The mode ${mode} in an alphabet of ${alphabet}.`);
  const coder = new RangeDecoder(reader);
  const { modes, tree } = makeContexts(depth);
  const activity = new Activity();
  const symbols = new Uint16Array(count);
  for (let i = 0; i < count; i++) {
    const isMode = coder.bit(modes, activity.context) === 0;
    if (isMode) {
      symbols[i] = mode;
    } else {
      const first = activity.isBusy << depth;
      const node = coder.tree(tree, first, depth);
      const symbol = ((node - (1 << depth)) << (bits - depth)) | coder.evenBits(bits - depth);
      if (symbol >= alphabet) malformed('codec/bad-symbol', `Symbol ${symbol} in an alphabet of ${alphabet}.`);
      symbols[i] = symbol;
    }
    activity.see(isMode);
  }
  coder.end();
  return symbols;
};

/** Adaptive range code of symbols: near the entropy without a table, below it where busy places are together. */
export const rangeSymbols: SymbolCode = {
  tag: 2,
  name: 'range',
  prepare: (symbols, alphabet) => {
    const counts = histogram(symbols, alphabet);
    const mode = modeOf(counts);
    return {
      bytes: estimateBytes(counts, mode, symbols.length),
      parameter: 0,
      write: (writer) => {
        const start = writer.length;
        writer.varint(mode);
        const modeBytes = writer.length - start;
        return modeBytes + encode(symbols, alphabet, mode).finish(writer);
      },
    };
  },
  read,
};
