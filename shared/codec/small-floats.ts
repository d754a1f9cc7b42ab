/** A small binary floating-point format; its magnitudes are numbered from 0 in their order. */
export interface SmallFloat {
  readonly name: string;
  /** All finite magnitudes, ascending from 0. */
  readonly magnitudes: Float32Array;
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
  return { name, magnitudes };
};

/** OCP 8-bit floating point (Micikevicius et al. 2022): largest 448, no infinity, one NaN. */
export const e4m3 = makeFormat('e4m3', 3, 7, 127);
/** Largest 57344; infinity and NaNs are left out. */
export const e5m2 = makeFormat('e5m2', 2, 15, 124);
/** OCP MX 4-bit elements: 0, 0.5, 1, 1.5, 2, 3, 4, 6. */
export const e2m1 = makeFormat('e2m1', 1, 1, 8);

/**
 * The number of the magnitude nearest to one, ties to the even number, the largest one above all.
 * @param magnitude at least 0
 */
export const nearestCode = ({ magnitudes }: SmallFloat, magnitude: number): number => {
  let low = 0;
  let high = magnitudes.length - 1;
  if (magnitude >= magnitudes[high]) return high;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (magnitudes[middle] <= magnitude) low = middle;
    else high = middle;
  }
  const below = magnitude - magnitudes[low];
  const above = magnitudes[high] - magnitude;
  if (below !== above) return below < above ? low : high;
  return low & 1 ? high : low;
};
