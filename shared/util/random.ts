import { createHash } from 'node:crypto';
import { kernelWords, philoxVectors } from './philox-kernel.js';

/*
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3"
 * (SC 2011). A stream is a function of its key and nothing else, so results never depend on the order of events.
 */
const multiplier0 = 0xd2511f53;
const multiplier1 = 0xcd9e8d57;
const weyl0 = 0x9e3779b9;
const weyl1 = 0xbb67ae85;

/** High 32 bits of the 64-bit product of a multiplier, in two halves, and an unsigned 32-bit integer. */
const mulHigh = (aHigh: number, aLow: number, b: number): number => {
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Each sum stays below 2^32, so that the engine can keep it in a register.
  const middle = (Math.imul(aHigh, bLow) >>> 0) + (Math.imul(aLow, bLow) >>> 16);
  const low = (Math.imul(aLow, bHigh) >>> 0) + (middle & 0xffff);
  return Math.imul(aHigh, bHigh) + (middle >>> 16) + (low >>> 16);
};

/**
 * Blocks of Philox4x32-10 with counters that follow each other.
 * @param counter four unsigned 32-bit words; the first two count the blocks
 * @param key two unsigned 32-bit words
 * @param out receives four unsigned 32-bit words a block from `offset` on @param blocks how many
 */
export const philoxBlocks = (
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  offset: number,
  blocks: number,
): void => {
  let [low, high] = counter;
  for (let at = offset; at < offset + 4 * blocks; at += 4) {
    let c0 = low;
    let c1 = high;
    let c2 = counter[2];
    let c3 = counter[3];
    let k0 = key[0];
    let k1 = key[1];
    for (let round = 0; round < 10; round++) {
      const high0 = mulHigh(multiplier0 >>> 16, multiplier0 & 0xffff, c0);
      const high1 = mulHigh(multiplier1 >>> 16, multiplier1 & 0xffff, c2);
      const low0 = Math.imul(multiplier0, c0);
      const low1 = Math.imul(multiplier1, c2);
      c0 = high1 ^ c1 ^ k0;
      c1 = low1;
      c2 = high0 ^ c3 ^ k1;
      c3 = low0;
      k0 = (k0 + weyl0) | 0;
      k1 = (k1 + weyl1) | 0;
    }
    out[at] = c0;
    out[at + 1] = c1;
    out[at + 2] = c2;
    out[at + 3] = c3;
    low = (low + 1) >>> 0;
    if (low === 0) high = (high + 1) >>> 0;
  }
};

/** Fewer blocks are not worth a call of the kernel. */
const fewestVectors = 16;

/** As {@link philoxBlocks}, four blocks at once where the machine can. */
const manyBlocks = (
  [low, high, ...rest]: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  offset: number,
  blocks: number,
): void => {
  const whole = low + blocks <= 2 ** 32 ? blocks & ~3 : 0;
  let done = 0;
  while (whole - done >= fewestVectors) {
    const next = Math.min(kernelWords / 4, whole - done);
    if (!philoxVectors([low + done, high, ...rest], key, out, offset + 4 * done, next)) break;
    done += next;
  }
  const sum = low + done;
  philoxBlocks([sum >>> 0, sum < 2 ** 32 ? high : high + 1, ...rest], key, out, offset + 4 * done, blocks - done);
};

/** One block of Philox4x32-10. */
export const philox = (
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  offset = 0,
): void => philoxBlocks(counter, key, out, offset, 1);

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

  private nextBlocks(out: Uint32Array, offset: number, blocks: number): void {
    const counter = [this.block >>> 0, Math.floor(this.block / 2 ** 32), this.round, this.client] as const;
    manyBlocks(counter, this.key, out, offset, blocks);
    this.block += blocks;
  }

  /** @returns an integer, uniform on 0 … 2^32 − 1. */
  uint32(): number {
    if (this.used === 4) {
      this.nextBlocks(this.words, 0, 1);
      this.used = 0;
    }
    return this.words[this.used++];
  }

  /** Fills an array with the stream's next words; faster than asking for each. */
  fill(out: Uint32Array): Uint32Array {
    let at = 0;
    while (at < out.length && this.used < 4) out[at++] = this.uint32();
    const blocks = Math.floor((out.length - at) / 4);
    this.nextBlocks(out, at, blocks);
    at += 4 * blocks;
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
