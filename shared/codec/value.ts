/**
 * What flows between stages. `dense`: a float for every coordinate. `sparse`: floats at some positions.
 * `symbols`: small integers, for every coordinate or at some positions. `bytes`: nothing is left to code.
 */
export type Kind = 'dense' | 'sparse' | 'symbols' | 'bytes';

/** Where values stand: at `all` coordinates, at `explicit` positions that are sent, at `keyed` ones that are not. */
export type Support = 'all' | 'explicit' | 'keyed';

/** What is known of a value before its numbers are: a decoder derives it from stage to stage. */
export interface Shape {
  readonly kind: 'dense' | 'sparse' | 'symbols';
  /** Coordinates of the vector that the value stands for. */
  readonly length: number;
  readonly support: Support;
  /** Number of values or symbols: `length` where the support is all. */
  readonly count: number;
  /** Ascending; null where the support is all, or explicit and not read yet. */
  readonly positions: Uint32Array | null;
  /** Number of different symbols; 0 for floats. */
  readonly alphabet: number;
}

/** A value between two stages: its shape with positions filled in, and either floats or symbols. */
export interface Floats extends Shape {
  readonly kind: 'dense' | 'sparse';
  readonly values: Float32Array;
}

export interface Symbols extends Shape {
  readonly kind: 'symbols';
  /** Each below `alphabet`, which is at most 65536. */
  readonly symbols: Uint16Array;
}

export type Value = Floats | Symbols;

export const denseShape = (length: number): Shape => ({
  kind: 'dense',
  length,
  support: 'all',
  count: length,
  positions: null,
  alphabet: 0,
});

export const denseValue = (values: Float32Array): Floats => ({ ...denseShape(values.length), kind: 'dense', values });

/** The floats of every coordinate: zeros where a value holds none. */
export const densify = ({ support, length, positions, values }: Floats): Float32Array => {
  if (support === 'all') return values;
  const out = new Float32Array(length);
  for (let i = 0; i < values.length; i++) out[positions![i]] = values[i];
  return out;
};

/** @returns the bits of the shortest fixed-length code of an alphabet; 32 for floats (alphabet 0) */
export const bitsPerValue = (alphabet: number): number => (alphabet === 0 ? 32 : bitsBelow(alphabet));

/** @returns the bits that hold every integer below `limit`; 0 for limits up to 1 */
export const bitsBelow = (limit: number): number => (limit <= 1 ? 0 : 32 - Math.clz32(limit - 1));

/** The greatest float32. */
export const maxFloat = 3.4028234663852886e38;

/** @returns the number, or the greatest float32 of its sign where it is above: decoders never give infinities. */
export const saturate = (value: number): number => Math.min(maxFloat, Math.max(-maxFloat, value));
