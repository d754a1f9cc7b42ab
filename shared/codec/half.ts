const float = new Float32Array(1);
const word = new Uint32Array(float.buffer);

/** The first bits of infinity: finite halves without their sign are below. */
export const halfInfinity = 0x7c00;

const smallestNormalWord = 0x38800000;
const exponentShift = 0x38000000;
const wordOfOneHalf = 0x3f000000;

/**
 * The bits of the IEEE 754 half nearest to a magnitude, ties to even; {@link halfInfinity} from 65520 on.
 * @param magnitude a float32, at least 0 and below 2^17
 */
export const halfBits = (magnitude: number): number => {
  float[0] = magnitude;
  const bits = word[0];
  if (bits >= smallestNormalWord) return (bits - exponentShift + 0xfff + ((bits >>> 13) & 1)) >>> 13;
  // Floats from 1/2 to 1 are as far apart as subnormal halves, so the addition rounds to them.
  float[0] = magnitude + 0.5;
  return word[0] - wordOfOneHalf;
};

/** The value of a half's bits without its sign. @param bits below {@link halfInfinity} */
export const fromHalfBits = (bits: number): number => {
  const exponent = bits >>> 10;
  const mantissa = bits & 1023;
  return exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25);
};
