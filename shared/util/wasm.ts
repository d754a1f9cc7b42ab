import { machineIsLittleEndian } from './bits.js';

/*
 * A few words of WebAssembly for hot loops, put together at start without a compiler: instructions are lists of bytes. Kernels
 * give the same bits as their plain form, which serves where a machine has no vector instructions.
 */

/** Instructions one after the other. */
export type Code = readonly (number | Code)[];

const flatten = (code: Code): number[] => code.flat(Infinity as 1) as number[];

const unsigned = (value: number): number[] => {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) | 128);
  return [...bytes, left];
};

/** @param value a 32-bit integer, signed */
const signed = (value: number): number[] => {
  const bytes: number[] = [];
  let left = value;
  while (left < -64 || left > 63) {
    bytes.push((left & 127) | 128);
    left >>= 7;
  }
  return [...bytes, left & 127];
};

const listOf = (items: readonly (readonly number[])[]): number[] => [...unsigned(items.length), ...items.flat()];
const section = (id: number, content: readonly number[]): number[] => [id, ...unsigned(content.length), ...content];
const text = (name: string): number[] => [name.length, ...new TextEncoder().encode(name)];

const types = { i32: 0x7f, f64: 0x7c, v128: 0x7b } as const;
export type WasmType = keyof typeof types;

const vector = (code: number, ...immediates: number[]): number[] => [0xfd, ...unsigned(code), ...immediates];

/** Instructions by the names of the specification. Memory has no alignment hints. */
export const wasm = {
  get: (local: number): Code => [0x20, local],
  set: (local: number): Code => [0x21, local],
  i32: (value: number): Code => [0x41, ...signed(value | 0)],
  f64: (value: number): Code => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  i32Add: [0x6a],
  i32ShiftLeft: [0x74],
  i32Store: [0x36, 0, 0],
  i32LessUnsigned: [0x49],
  /** Repeats a body while what it leaves on the stack is not 0. */
  doWhile: (...body: Code[]): Code => [0x03, 0x40, body, 0x0d, 0, 0x0b],
  load: (offset = 0): Code => vector(0x00, 0, ...unsigned(offset)),
  /** Four unsigned 16-bit integers as 32-bit ones. */
  load16x4: (offset = 0): Code => vector(0x04, 0, ...unsigned(offset)),
  store: (offset = 0): Code => vector(0x0b, 0, ...unsigned(offset)),
  /** The lower half. */
  store64: (offset = 0): Code => vector(0x5b, 0, ...unsigned(offset), 0),
  /** Picks four 32-bit lanes of two vectors, 0 to 3 of the first and 4 to 7 of the second. */
  shuffle32: (...lanes: number[]): Code =>
    vector(0x0d, ...lanes.flatMap((lane) => [0, 1, 2, 3].map((i) => 4 * lane + i))),
  i32x4: (...lanes: number[]): Code => vector(0x0c, ...new Uint8Array(Int32Array.from(lanes).buffer)),
  i32x4All: (lane: number): Code => wasm.i32x4(lane, lane, lane, lane),
  i32x4Splat: vector(0x11),
  i32x4Add: vector(0xae),
  xor: vector(0x51),
  and: vector(0x4e),
  /** Ones where a lane of the first is greater, as signed integers. */
  i32x4Greater: vector(0x3b),
  /** 1 if any bit is, else 0. */
  anyTrue: vector(0x53),
  extmulLowUnsigned: vector(0xde),
  extmulHighUnsigned: vector(0xdf),
  narrowUnsigned: vector(0x86),
  f64x2Splat: vector(0x14),
  f64x2Add: vector(0xf0),
  f64x2Sub: vector(0xf1),
  f64x2Mul: vector(0xf2),
  f64x2Min: vector(0xf6),
  f64x2Max: vector(0xf7),
  promoteLow: vector(0x5f),
  demote: vector(0x5e),
  toDoubles: vector(0xfe),
  toIntegers: vector(0xfc),
} as const;

export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly WasmType[];
  /** Numbered from behind the parameters on. */
  readonly locals: readonly WasmType[];
  readonly body: Code;
}

export type Kernel = (...parameters: number[]) => void;

/** What a module of {@link compile} has: its memory and its functions. */
export interface WasmKernels {
  readonly memory: ArrayBuffer;
  readonly functions: Readonly<Record<string, Kernel>>;
}

interface Instance {
  readonly exports: Readonly<Record<string, Kernel & { readonly buffer: ArrayBuffer }>>;
}

/** The part of the global that is used here; the library of types for Node has none. */
interface WebAssemblyGlobal {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => Instance;
}

const magic = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** @param pages of memory, 64 KiB each @returns null where the machine can't run it */
export const compile = (functions: readonly WasmFunction[], pages: number): WasmKernels | null => {
  const typesOf = functions.map(({ parameters }) => [0x60, ...listOf(parameters.map((name) => [types[name]])), 0]);
  const bodies = functions.map(({ locals, body }) => {
    const code = [...listOf(locals.map((name) => [1, types[name]])), ...flatten(body), 0x0b];
    return [...unsigned(code.length), ...code];
  });
  const exported = functions.map(({ name }, i) => [...text(name), 0, i]);
  const bytes = Uint8Array.from([
    ...magic,
    ...section(1, listOf(typesOf)),
    ...section(3, listOf(functions.map((_, i) => [i]))),
    ...section(5, listOf([[0, pages]])),
    ...section(7, listOf([[...text('memory'), 2, 0], ...exported])),
    ...section(10, listOf(bodies)),
  ]);
  // Memory is little-endian, views of it are as the machine is.
  if (!machineIsLittleEndian) return null;
  try {
    const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyGlobal }).WebAssembly;
    const { exports } = new Instance(new Module(bytes));
    return { memory: exports['memory'].buffer, functions: exports };
  } catch {
    return null;
  }
};
