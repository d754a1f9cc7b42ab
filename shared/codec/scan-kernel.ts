import { compile, wasm } from '../util/wasm.js';

/* Finds fours of floats of which one is large: few of many, so that a look at each of them costs nothing. */

const chunk = 8192;
const foundAt = 4 * chunk;
/** One place more than there are fours: the next one is written before it is known whether it counts. */
const endAt = foundAt + chunk + 4;

const { get, set, i32 } = wasm;
const [end, least, at, found, limit] = [0, 1, 2, 3, 4];

const body = [
  [get(least), i32(-1), wasm.i32Add, wasm.i32x4Splat, set(limit), i32(foundAt), set(found)],
  wasm.doWhile(
    [get(found), get(at), wasm.i32Store],
    [get(found), get(at), wasm.load(), wasm.i32x4All(0x7fffffff), wasm.and, get(limit), wasm.i32x4Greater],
    [wasm.anyTrue, i32(2), wasm.i32ShiftLeft, wasm.i32Add, set(found)],
    [get(at), i32(16), wasm.i32Add, set(at), get(at), get(end), wasm.i32LessUnsigned],
  ),
  [i32(endAt), get(found), wasm.i32Store],
];

interface Scanner {
  readonly words: Uint32Array;
  readonly found: Uint32Array;
  /** Looks at so many bytes of words. */
  scan(bytes: number, least: number): void;
}

let scanner: Scanner | null | undefined;

const makeScanner = (): Scanner | null => {
  const kernels = compile([{ name: 'scan', parameters: ['i32', 'i32'], locals: ['i32', 'i32', 'v128'], body }], 1);
  if (kernels === null) return null;
  const words = new Uint32Array(kernels.memory);
  return { words, found: words.subarray(foundAt / 4), scan: kernels.functions['scan'] };
};

/** Large floats with their places, as many as there is room for. */
export interface Large {
  readonly positions: Uint32Array;
  /** Their bits without the sign. */
  readonly magnitudes: Uint32Array;
}

/** Looks at words from `from` on. @returns how many were found with those before */
const findPlain = (
  words: Uint32Array,
  least: number,
  { positions, magnitudes }: Large,
  from: number,
  before: number,
): number => {
  let count = before;
  for (let i = from; i < words.length; i++) {
    const magnitude = words[i] & 0x7fffffff;
    if (magnitude < least) continue;
    // Typed arrays leave out what is written past their end.
    positions[count] = i;
    magnitudes[count++] = magnitude;
  }
  return count;
};

/** Looks at fours that a scan of a chunk found. */
const takeFours = ({ words, found }: Scanner, least: number, into: Large, start: number, before: number): number => {
  const { positions, magnitudes } = into;
  const fours = (words[endAt / 4] - foundAt) / 4;
  let count = before;
  for (let i = 0; i < fours; i++) {
    const first = found[i] >>> 2;
    for (let j = first; j < first + 4; j++) {
      const magnitude = words[j] & 0x7fffffff;
      if (magnitude < least) continue;
      positions[count] = start + j;
      magnitudes[count++] = magnitude;
    }
  }
  return count;
};

/**
 * Finds floats with a magnitude of at least that of the bits `least`, in order, as many as there is room for.
 * @param words the bits of floats @param least at least 1 @param withVectors false for the plain form
 * @returns how many there are, which may be more
 */
export const findLarge = (words: Uint32Array, least: number, into: Large, withVectors = true): number => {
  if (scanner === undefined) scanner = makeScanner();
  const whole = scanner === null || !withVectors ? 0 : words.length & ~3;
  let count = 0;
  for (let start = 0; start < whole; start += chunk) {
    const size = Math.min(chunk, whole - start);
    scanner!.words.set(words.subarray(start, start + size));
    scanner!.scan(4 * size, least);
    count = takeFours(scanner!, least, into, start, count);
  }
  return findPlain(words, least, into, whole, count);
};
