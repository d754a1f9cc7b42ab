/** A small binary floating-point format; its magnitudes are numbered from 0 in their order. */
export interface SmallFloat {
  readonly name: string;
  /** All finite magnitudes, ascending from 0. */
  readonly magnitudes: Float32Array;
  readonly fractionBits: number;
  /** Of the exponent. */
  readonly bias: number;
  /** Below the least normal number magnitudes are evenly spaced, so many a unit. */
  readonly leastNormal: number;
  readonly spacesPerUnit: number;
}

/**
 * @param exponentBits and @param fractionBits of the format @param bias of the exponent
 * @param count of the finite magnitudes, zero among them
 */
const makeFormat = (name: string, fractionBits: number, bias: number, count: number): SmallFloat => {
  const magnitudes = Float32Array.from({ length: count }, (_, code) => {
    const exponent = code >>> fractionBits;
    const fraction = (code & ((1 << fractionBits) - 1)) / 2 ** fractionBits;
    return exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
  });
  const leastNormal = 2 ** (1 - bias);
  return { name, magnitudes, fractionBits, bias, leastNormal, spacesPerUnit: 2 ** fractionBits / leastNormal };
};

/** OCP 8-bit floating point (Micikevicius et al. 2022): largest 448, no infinity, one NaN. */
export const e4m3 = makeFormat('e4m3', 3, 7, 127);
/** Largest 57344; infinity and NaNs are left out. */
export const e5m2 = makeFormat('e5m2', 2, 15, 124);
/** OCP MX 4-bit elements: 0, 0.5, 1, 1.5, 2, 3, 4, 6. */
export const e2m1 = makeFormat('e2m1', 1, 1, 8);

const word = new Uint32Array(1);
const float = new Float32Array(word.buffer);

/** Doubles this large have no fraction, so adding it rounds to nearest even. */
const noFraction = 2 ** 52;

/**
 * The number of the magnitude nearest to one, ties to the even number, the largest one above all.
 * @param magnitude at least 0, a float32 times a power of two
 */
export const nearestCode = (format: SmallFloat, magnitude: number): number => {
  const { magnitudes, fractionBits, bias } = format;
  const last = magnitudes.length - 1;
  if (magnitude >= magnitudes[last]) return last;
  if (magnitude < format.leastNormal) return magnitude * format.spacesPerUnit + noFraction - noFraction;
  float[0] = magnitude;
  const bits = word[0];
  const shift = 23 - fractionBits;
  const rounded = (bits + (1 << (shift - 1)) - 1 + ((bits >>> shift) & 1)) >>> shift;
  return rounded - ((127 - bias) << fractionBits);
};
