import { createHash } from 'node:crypto';

/*
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3"
 * (SC 2011). A stream is a function of its key and nothing else, so results never depend on the order of events.
 */
const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of two unsigned 32-bit integers. */
const mulHigh = (a: number, b: number): number => {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Each partial sum stays below 2^53, so it is exact in a double.
  const middle = aHigh * bLow + Math.floor((aLow * bLow) / 65536);
  const low = aLow * bHigh + (middle % 65536);
  return (aHigh * bHigh + Math.floor(middle / 65536) + Math.floor(low / 65536)) >>> 0;
};

/**
 * One block of Philox4x32-10.
 * @param counter four unsigned 32-bit words
 * @param key two unsigned 32-bit words
 * @param out receives four unsigned 32-bit words from `offset` on
 */
export const philox = (
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  offset = 0,
): void => {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(multiplier0, c0);
    const low0 = Math.imul(multiplier0, c0) >>> 0;
    const high1 = mulHigh(multiplier1, c2);
    const low1 = Math.imul(multiplier1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + weyl0) >>> 0;
    k1 = (k1 + weyl1) >>> 0;
  }
  out[offset] = c0;
  out[offset + 1] = c1;
  out[offset + 2] = c2;
  out[offset + 3] = c3;
};

/** What a random stream is for: the same numbers come out for the same key, whoever asks and whenever. */
export interface StreamKey {
  /** The run's seed, an integer from 0 to 2^53 − 1. */
  seed: number;
  /** What the numbers decide, for example `cohort` or `shuffle`; part of the stream's identity. */
  purpose: string;
  /** Round, 0 where there is none; an unsigned 32-bit integer. */
  round?: number;
  /** Client, 0 where there is none; an unsigned 32-bit integer. */
  client?: number;
}

/**
 * A stream of random numbers determined by its key. Words are Philox blocks with the counter
 * (block low, block high, round, client) and the first eight bytes of SHA-256(`fedsqueeze/PURPOSE/SEED`) as the
 * key, little-endian; `docs/protocol.md` has test vectors.
 */
export class RandomStream {
  private readonly key: readonly [number, number];
  private readonly round: number;
  private readonly client: number;
  private readonly words = new Uint32Array(4);
  private block = 0;
  private used = 4;

  constructor({ seed, purpose, round = 0, client = 0 }: StreamKey) {
    const digest = createHash('sha256').update(`fedsqueeze/${purpose}/${seed}`).digest();
    this.key = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
    this.round = round >>> 0;
    this.client = client >>> 0;
  }

  private nextBlock(out: Uint32Array, offset: number): void {
    philox([this.block >>> 0, Math.floor(this.block / 2 ** 32), this.round, this.client], this.key, out, offset);
    this.block++;
  }

  /** @returns an integer, uniform on 0 … 2^32 − 1. */
  uint32(): number {
    if (this.used === 4) {
      this.nextBlock(this.words, 0);
      this.used = 0;
    }
    return this.words[this.used++];
  }

  /** Fills an array with the stream's next words; faster than asking for each. */
  fill(out: Uint32Array): Uint32Array {
    let at = 0;
    while (at < out.length && this.used < 4) out[at++] = this.uint32();
    for (; at + 4 <= out.length; at += 4) this.nextBlock(out, at);
    while (at < out.length) out[at++] = this.uint32();
    return out;
  }

  /** @returns a number uniform on [0, 1), a multiple of 2^−32. */
  uniform(): number {
    return this.uint32() * 2 ** -32;
  }

  /** @returns an integer uniform on 0 … n − 1, without bias. @param n 1 to 2^32 */
  below(n: number): number {
    const limit = 2 ** 32 - (2 ** 32 % n);
    let word = this.uint32();
    while (word >= limit) word = this.uint32();
    return word % n;
  }

  /** @returns a standard normal number (Box and Muller 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log((this.uint32() + 1) * 2 ** -32));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher and Yates), every order equally likely. */
  shuffle<T extends { length: number; [index: number]: number }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }
}
