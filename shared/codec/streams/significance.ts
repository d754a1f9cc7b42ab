/*
 * Where a vector differs from its most frequent value, or keeps one: a map of ones and zeros. Updates are weights of
 * matrices, so ones come in rows and columns: inputs that are never lit, units that learn. The chance of a one is about
 * (share of ones in the row so far) × (share in the column) / (share in all). This product in octaves, and whether the
 * place above holds a one, are the context in which a coder codes it.
 */

const octaves = 12;

/** Contexts that {@link Neighbourhood} tells apart. */
export const contextCount = 2 * octaves;

/** Shares are integers, 2^16 for all; the one of the whole vector has 2^28. */
const one = 2 ** 16;
const nearShift = 5;
const aboveShift = 5;
const overallShift = 12;
const overallScale = 12;

/** A share before anything was seen: 1 in 32. */
const firstShare = one >> 5;

/** Logarithm of a share in eighths of an octave, piecewise linear: the exponent and three bits of a float32, so the same everywhere. */
const logarithms = ((): Uint8Array => {
  const float = new Float32Array(1);
  const word = new Uint32Array(float.buffer);
  return Uint8Array.from({ length: (one >> 4) + 1 }, (_, share) => {
    float[0] = share + 16;
    return (word[0] >>> 20) - (127 << 3);
  });
})();

/** Row's and column's logarithm less that of all: each is from 32, of 16, to 96, of 4,112. */
const leastSum = 2 * 32 - 96;
const greatestSum = 2 * 96 - 32;

/** Twice the octave by that sum. */
const contexts = Uint8Array.from(
  { length: greatestSum - leastSum + 1 },
  (_, i) => 2 * Math.max(0, Math.min(octaves - 1, (i + leastSum) >> 3)),
);

/** The shares around a place that goes through a map from its begin to its end. */
export class Neighbourhood {
  private near = firstShare;
  private overall = firstShare << overallScale;
  /** Shares of columns, and in the lowest bit what the last place of the column holds. */
  private readonly above: Int32Array;
  private column = 0;

  /** @param rowLength places a row, at least 1; of unknown rows 1 */
  constructor(private readonly rowLength: number) {
    this.above = new Int32Array(rowLength).fill(2 * firstShare);
  }

  /** The context of the next place, 0 to {@link contextCount} − 1, higher where ones are more likely. */
  context(): number {
    const above = this.above[this.column];
    const sum = logarithms[this.near >>> 4] + logarithms[above >>> 5] - logarithms[this.overall >>> 16];
    return contexts[sum - leastSum] | (above & 1);
  }

  /** @param bit what the next place holds */
  see(bit: number): void {
    const share = bit << 16;
    const above = this.above[this.column] >> 1;
    this.near += (share - this.near) >> nearShift;
    this.above[this.column] = ((above + ((share - above) >> aboveShift)) << 1) | bit;
    this.overall += ((bit << 28) - this.overall) >> overallShift;
    this.column = this.column + 1 === this.rowLength ? 0 : this.column + 1;
  }
}

/** A map with the context of each place. */
export interface SignificanceMap {
  readonly bits: Uint8Array;
  readonly contexts: Uint8Array;
}

/** @param bits zeros and ones @param rowLength at least 1 */
export const mapOf = (bits: Uint8Array, rowLength: number): SignificanceMap => {
  const found = new Uint8Array(bits.length);
  const around = new Neighbourhood(rowLength);
  for (let i = 0; i < bits.length; i++) {
    found[i] = around.context();
    around.see(bits[i]);
  }
  return { bits, contexts: found };
};
