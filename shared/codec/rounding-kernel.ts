import { compile, wasm, type Code, type WasmKernels } from '../util/wasm.js';

/*
 * Rounding of four values at once; `roundRun` of uniform-levels.ts is the plain form and says what is computed.
 */

/** Values that the memory holds at a time, with what is made of them: few enough for the nearest cache. */
export const chunk = 4096;

const noiseAt = 4 * chunk;
const symbolsAt = noiseAt + 2 * chunk;
const sumsAt = symbolsAt + 2 * chunk;

const { get, set, i32 } = wasm;

// Parameters, then locals.
const [values, end, noise, symbols] = [0, 1, 2, 3];
const firstNumber = 4;
const numbers = 6;
const [x4, n4, x, level, first, second, sums] = [10, 11, 12, 13, 14, 15, 16];
/** The numbers of the parameters, and constants, in both lanes. */
const [slope, offset, top, lowest, highest, inverse, half, unit] = [17, 18, 19, 20, 21, 22, 23, 24];

const fillLanes = [
  Array.from({ length: numbers }, (_, i) => [get(firstNumber + i), wasm.f64x2Splat, set(slope + i)]),
  [wasm.f64(0.5), wasm.f64x2Splat, set(half), wasm.f64(2 ** -16), wasm.f64x2Splat, set(unit)],
];

const upper = (local: number) => [get(local), get(local), wasm.shuffle32(2, 3, 2, 3)];

/** Where a value is cut: at random, or halves upward, which is in the offset. */
export type Rounding = 'stochastic' | 'nearest';

/** From two halves, from nothing. */
const cuts = {
  stochastic: (halves: Code) => [
    [halves, wasm.toDoubles, get(half), wasm.f64x2Add, get(unit), wasm.f64x2Mul],
    [get(offset), wasm.f64x2Add],
  ],
  nearest: () => get(offset),
} satisfies Record<Rounding, (halves: Code) => Code>;

/** Rounds two values, in `x`, to integers, in `rounded`, and adds what is lost. */
const roundTwo = (cut: Code, rounded: number) => [
  [cut, get(x), get(slope), wasm.f64x2Mul, wasm.f64x2Add],
  [wasm.i32x4All(0), wasm.f64x2Max, get(top), wasm.f64x2Min, wasm.toIntegers, set(rounded)],
  [get(rounded), wasm.toDoubles, set(level)],
  [get(lowest), get(top), get(level), wasm.f64x2Sub, wasm.f64x2Mul],
  [get(highest), get(level), wasm.f64x2Mul, wasm.f64x2Add, get(inverse), wasm.f64x2Mul],
  [wasm.demote, wasm.promoteLow, set(level)],
  [get(x), get(level), wasm.f64x2Sub, set(level)],
  [get(sums), get(level), get(level), wasm.f64x2Mul, wasm.f64x2Add, set(sums)],
];

const advance = (local: number, bytes: number) => [get(local), i32(bytes), wasm.i32Add, set(local)];

const bodyOf = (cut: (halves: Code) => Code) => [
  [fillLanes, i32(sumsAt), wasm.load(), set(sums)],
  wasm.doWhile(
    [get(values), wasm.load(), set(x4), get(noise), wasm.load16x4(), set(n4)],
    [get(x4), wasm.promoteLow, set(x), roundTwo(cut(get(n4)), first)],
    [upper(x4), wasm.promoteLow, set(x), roundTwo(cut(upper(n4)), second)],
    [get(symbols), get(first), get(second), wasm.shuffle32(0, 1, 4, 5), set(first)],
    [get(first), get(first), wasm.narrowUnsigned, wasm.store64()],
    [advance(noise, 8), advance(symbols, 8), advance(values, 16)],
    [get(values), get(end), wasm.i32LessUnsigned],
  ),
  [i32(sumsAt), get(sums), wasm.store()],
];

/** Levels of a run of values: value x lies at level x · slope + offset, level `top` is the highest. */
export interface Levels {
  readonly rounding: Rounding;
  readonly slope: number;
  readonly offset: number;
  readonly top: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Memory for a chunk, and what rounds there. */
export interface Rounder {
  readonly values: Float32Array;
  /** A half for each value, the low one first. */
  readonly words: Uint32Array;
  readonly symbols: Uint16Array;
  /** ‖x−x̂‖² so far, of the even and of the odd values of runs. */
  readonly sums: Float64Array;
  /** Rounds values from `from` on, a multiple of four; null where the machine has no vectors. */
  readonly roundFours: ((from: number, count: number, levels: Levels) => void) | null;
}

const roundWith =
  (functions: WasmKernels['functions']): Rounder['roundFours'] =>
  (from, count, { rounding, slope, offset, top, lowest, highest }) => {
    const [x, halves, rounded] = [4 * from, noiseAt + 2 * from, symbolsAt + 2 * from];
    functions[rounding](x, x + 4 * count, halves, rounded, slope, offset, top, lowest, highest, 1 / top);
  };

const makeRounder = (withVectors: boolean): Rounder => {
  const parameters = [...Array<'i32'>(4).fill('i32'), ...Array<'f64'>(numbers).fill('f64')];
  const locals = Array<'v128'>(15).fill('v128');
  const functions = Object.entries(cuts).map(([name, cut]) => ({ name, parameters, locals, body: bodyOf(cut) }));
  const kernels = withVectors ? compile(functions, 1) : null;
  const memory = kernels?.memory ?? new ArrayBuffer(sumsAt + 16);
  return {
    values: new Float32Array(memory, 0, chunk),
    words: new Uint32Array(memory, noiseAt, chunk / 2),
    symbols: new Uint16Array(memory, symbolsAt, chunk),
    sums: new Float64Array(memory, sumsAt, 2),
    roundFours: kernels && roundWith(kernels.functions),
  };
};

const rounders: [plain: Rounder | null, vectors: Rounder | null] = [null, null];

/** Its memory is used again by whoever asks next. */
export const rounder = (withVectors: boolean): Rounder => (rounders[withVectors ? 1 : 0] ??= makeRounder(withVectors));
