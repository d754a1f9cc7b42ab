/** The first bits of infinity: finite halves without their sign are below. */
export const halfInfinity = 0x7c00;

const smallestNormalWord = 0x38800000;
const exponentShift = 0x38000000;

/** Adding and taking away this number rounds a small double to an integer, ties to even. */
const rounder = 2 ** 52;

/**
 * The bits of the IEEE 754 halves nearest to some magnitudes, ties to even; {@link halfInfinity} from 65520 on.
 * @param magnitudes at least 0 and below 2^17
 */
export const halvesOf = (magnitudes: Float32Array): Uint16Array => {
  const words = new Uint32Array(magnitudes.buffer, magnitudes.byteOffset, magnitudes.length);
  const halves = new Uint16Array(magnitudes.length);
  for (let i = 0; i < halves.length; i++) {
    const word = words[i];
    halves[i] =
      word >= smallestNormalWord
        ? (word - exponentShift + 0xfff + ((word >>> 13) & 1)) >>> 13
        : magnitudes[i] * 2 ** 24 + rounder - rounder;
  }
  return halves;
};

/** The value of a half's bits without its sign. @param bits below {@link halfInfinity} */
export const fromHalfBits = (bits: number): number => {
  const exponent = bits >>> 10;
  const mantissa = bits & 1023;
  return exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25);
};
