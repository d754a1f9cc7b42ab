import type { BitReader, BitWriter } from '../../util/bits.js';
import { malformed } from './malformed.js';

/**
 * An adaptive binary range coder (Martin 1979; carries as in Schindler 1998). Each binary decision has a context
 * with its own probability, which starts at one half and follows what it sees: the first decisions as in
 * Krichevsky and Trofimov's estimator, later ones with a window of about 1,024.
 */
const windowLength = 1022;
const rates = Float64Array.from({ length: windowLength + 1 }, (_, seen) => 1 / (seen + 2));

/** Probabilities never reach 0 or 1: an unlikely decision costs at most 14 bits. */
const lowest = 2 ** -14;
const highest = 1 - lowest;
const smallestRange = 2 ** 24;

/**
 * Probabilities of a zero, one for each context, as doubles: products and sums of doubles are the same on all machines, and
 * a decoder has to compute the very same ones.
 */
export class Contexts {
  readonly zero: Float64Array;
  readonly seen: Uint16Array;

  constructor(count: number) {
    this.zero = new Float64Array(count).fill(0.5);
    this.seen = new Uint16Array(count);
  }

  learn(context: number, bit: number): void {
    const seen = this.seen[context];
    const before = this.zero[context];
    const after = before + (1 - bit - before) * rates[seen];
    this.zero[context] = after < lowest ? lowest : after > highest ? highest : after;
    if (seen < windowLength) this.seen[context] = seen + 1;
  }
}

export class RangeEncoder {
  private buffer = new Uint8Array(1024);
  private at = 0;
  private low = 0;
  private range = 0xffffffff;

  private carry(): void {
    let carry = this.at - 1;
    while (this.buffer[carry] === 255) this.buffer[carry--] = 0;
    this.buffer[carry]++;
  }

  private add(amount: number): void {
    const low = (this.low + amount) >>> 0;
    if (low < this.low) this.carry();
    this.low = low;
  }

  private put(byte: number): void {
    if (this.at === this.buffer.length) {
      const grown = new Uint8Array(2 * this.buffer.length);
      grown.set(this.buffer);
      this.buffer = grown;
    }
    this.buffer[this.at++] = byte;
  }

  private shift(): void {
    this.put(this.low >>> 24);
    this.low = (this.low << 8) >>> 0;
  }

  private narrow(bit: number, bound: number): void {
    if (bit === 0) {
      this.range = bound;
    } else {
      this.add(bound);
      this.range -= bound;
    }
    while (this.range < smallestRange) {
      this.shift();
      this.range = (this.range << 8) >>> 0;
    }
  }

  bit(contexts: Contexts, context: number, bit: number): void {
    this.narrow(bit, (this.range * contexts.zero[context]) >>> 0);
    contexts.learn(context, bit);
  }

  /**
   * The lowest bits of a value, the highest of them first, as decisions in a binary tree: a node's context is `first` + its
   * number, 1 at the root, 2 n and 2 n + 1 below n. As {@link bit} for each, with what changes in registers.
   */
  tree(contexts: Contexts, first: number, value: number, count: number): void {
    const { zero, seen } = contexts;
    let { low, range } = this;
    let node = 1;
    for (let i = count - 1; i >= 0; i--) {
      const bit = (value >>> i) & 1;
      const context = first + node;
      const before = zero[context];
      const bound = (range * before) >>> 0;
      if (bit === 0) {
        range = bound;
      } else {
        low += bound;
        if (low > 0xffffffff) {
          low -= 2 ** 32;
          this.carry();
        }
        range -= bound;
      }
      while (range < smallestRange) {
        this.put(low >>> 24);
        low = (low << 8) >>> 0;
        range = (range << 8) >>> 0;
      }
      const times = seen[context];
      const after = before + (1 - bit - before) * rates[times];
      zero[context] = after < lowest ? lowest : after > highest ? highest : after;
      if (times < windowLength) seen[context] = times + 1;
      node = 2 * node + bit;
    }
    this.low = low;
    this.range = range;
  }

  /** Bits that are as likely 0 as 1. @param count 0 to 31 */
  evenBits(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) this.narrow((value >>> i) & 1, this.range >>> 1);
  }

  /** Bytes of the code so far with its end and length; at most a few too many. */
  get bytes(): number {
    return this.at + 3;
  }

  /** Ends the code with as few bytes as name a number inside the range, and writes them with their length. @returns the bytes of the length */
  finish(writer: BitWriter): number {
    this.add(smallestRange - 1);
    this.shift();
    let length = this.at;
    while (length > 0 && this.buffer[length - 1] === 0) length--;
    const start = writer.length;
    writer.varint(length);
    const lengthBytes = writer.length - start;
    writer.bytes(this.buffer.subarray(0, length));
    return lengthBytes;
  }
}

export class RangeDecoder {
  private readonly source: Uint8Array;
  private at = 0;
  private code = 0;
  private range = 0xffffffff;

  constructor(reader: BitReader) {
    this.source = reader.bytes(reader.varint());
    for (let i = 0; i < 4; i++) this.code = ((this.code << 8) | this.next()) >>> 0;
  }

  /** The encoder leaves out zeros at the end. */
  private next(): number {
    const byte = this.at < this.source.length ? this.source[this.at] : 0;
    this.at++;
    return byte;
  }

  private narrow(bound: number): number {
    let bit = 0;
    if (this.code < bound) {
      this.range = bound;
    } else {
      bit = 1;
      this.code -= bound;
      this.range -= bound;
    }
    while (this.range < smallestRange) {
      this.code = ((this.code << 8) | this.next()) >>> 0;
      this.range = (this.range << 8) >>> 0;
    }
    return bit;
  }

  bit(contexts: Contexts, context: number): number {
    const bit = this.narrow((this.range * contexts.zero[context]) >>> 0);
    contexts.learn(context, bit);
    return bit;
  }

  /** What {@link RangeEncoder.tree} wrote, with a one above it: the number of a leaf. */
  tree(contexts: Contexts, first: number, count: number): number {
    const { zero, seen } = contexts;
    let { code, range } = this;
    let node = 1;
    for (let i = 0; i < count; i++) {
      const context = first + node;
      const before = zero[context];
      const bound = (range * before) >>> 0;
      // No branch on a bit: nobody can foresee it.
      const bit = Number(code >= bound);
      code = (code - (bound & -bit)) >>> 0;
      range = (bound ^ ((bound ^ (range - bound)) & -bit)) >>> 0;
      while (range < smallestRange) {
        code = ((code << 8) | this.next()) >>> 0;
        range = (range << 8) >>> 0;
      }
      const times = seen[context];
      const after = before + (1 - bit - before) * rates[times];
      zero[context] = after < lowest ? lowest : after > highest ? highest : after;
      if (times < windowLength) seen[context] = times + 1;
      node = 2 * node + bit;
    }
    this.code = code;
    this.range = range;
    return node;
  }

  evenBits(count: number): number {
    let value = 0;
    for (let i = 0; i < count; i++) value = (value << 1) | this.narrow(this.range >>> 1);
    return value;
  }

  /** Refuses a code that is longer than its decisions need. @throws CodedError `codec/bad-stream` */
  end(): void {
    const { length } = this.source;
    if (length > this.at - 3 || (length > 0 && this.source[length - 1] === 0)) {
      malformed('codec/bad-stream', 'A range-coded stream is longer than what it says.');
    }
  }
}
