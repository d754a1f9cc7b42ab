import { compile, wasm, type WasmKernels } from './wasm.js';

/* Philox4x32-10 on four blocks at once, a vector for each of the four words; random.ts has the plain form. */

const { get, set, i32 } = wasm;
/** Words that the kernel's memory holds: few enough for the nearest cache. */
export const kernelWords = 4096;

// Parameters, then locals.
const [end, low, high, word2, word3, key0, key1] = [0, 1, 2, 3, 4, 5, 6];
const [at, counter, c0, c1, c2, c3, k0, k1] = [7, 8, 9, 10, 11, 12, 13, 14];
const [low0, high0, low1, high1] = [15, 16, 17, 18];

const splat = (local: number) => [get(local), wasm.i32x4Splat];

/** Both halves of the products of a vector's words with a multiplier. */
const product = (vector: number, multiplier: number, lowHalf: number, highHalf: number) => {
  const factor = wasm.i32x4All(multiplier);
  return [
    [get(vector), factor, wasm.extmulLowUnsigned, set(lowHalf)],
    [get(vector), factor, wasm.extmulHighUnsigned, set(highHalf)],
  ];
};

const round = [
  product(c0, 0xd2511f53, low0, high0),
  product(c2, 0xcd9e8d57, low1, high1),
  [get(low1), get(high1), wasm.shuffle32(1, 3, 5, 7), get(c1), wasm.xor, get(k0), wasm.xor, set(c0)],
  [get(low0), get(high0), wasm.shuffle32(1, 3, 5, 7), get(c3), wasm.xor, get(k1), wasm.xor, set(c2)],
  [get(low1), get(high1), wasm.shuffle32(0, 2, 4, 6), set(c1)],
  [get(low0), get(high0), wasm.shuffle32(0, 2, 4, 6), set(c3)],
];

const nextKeys = [
  [get(k0), wasm.i32x4All(0x9e3779b9), wasm.i32x4Add, set(k0)],
  [get(k1), wasm.i32x4All(0xbb67ae85), wasm.i32x4Add, set(k1)],
];

/** Vectors of first, second … words become blocks. */
const storeBlocks = [
  [get(c0), get(c1), wasm.shuffle32(0, 4, 1, 5), set(low0)],
  [get(c2), get(c3), wasm.shuffle32(0, 4, 1, 5), set(high0)],
  [get(c0), get(c1), wasm.shuffle32(2, 6, 3, 7), set(low1)],
  [get(c2), get(c3), wasm.shuffle32(2, 6, 3, 7), set(high1)],
  [get(at), get(low0), get(high0), wasm.shuffle32(0, 1, 4, 5), wasm.store(0)],
  [get(at), get(low0), get(high0), wasm.shuffle32(2, 3, 6, 7), wasm.store(16)],
  [get(at), get(low1), get(high1), wasm.shuffle32(0, 1, 4, 5), wasm.store(32)],
  [get(at), get(low1), get(high1), wasm.shuffle32(2, 3, 6, 7), wasm.store(48)],
];

const body = [
  [splat(low), wasm.i32x4(0, 1, 2, 3), wasm.i32x4Add, set(counter)],
  wasm.doWhile(
    [get(counter), set(c0), splat(high), set(c1), splat(word2), set(c2), splat(word3), set(c3)],
    [splat(key0), set(k0), splat(key1), set(k1)],
    Array.from({ length: 10 }, (_, i) => (i === 0 ? round : [nextKeys, round])),
    storeBlocks,
    [get(counter), wasm.i32x4All(4), wasm.i32x4Add, set(counter)],
    [get(at), i32(64), wasm.i32Add, set(at), get(at), get(end), wasm.i32LessUnsigned],
  ),
];

const v128s = Array<'v128'>(11).fill('v128');
let kernels: WasmKernels | null | undefined;
let words: Uint32Array;

/**
 * Fills `out` with blocks as `philoxBlocks` does.
 * @param blocks a multiple of 4, at most {@link kernelWords} words of them, below 2^32 − `counter[0]`
 * @returns false where the machine has no vectors
 */
export const philoxVectors = (
  [first, second, third, fourth]: readonly [number, number, number, number],
  key: readonly [number, number],
  out: Uint32Array,
  offset: number,
  blocks: number,
): boolean => {
  if (kernels === undefined) {
    const parameters = Array<'i32'>(7).fill('i32');
    kernels = compile([{ name: 'philox', parameters, locals: ['i32', ...v128s], body }], 1);
    if (kernels !== null) words = new Uint32Array(kernels.memory);
  }
  if (kernels === null) return false;
  kernels.functions['philox'](16 * blocks, first, second, third, fourth, key[0], key[1]);
  out.set(words.subarray(0, 4 * blocks), offset);
  return true;
};
