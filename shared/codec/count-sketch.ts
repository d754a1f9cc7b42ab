import { RandomStream } from '../util/random.js';

/*
 * Count sketch: Charikar, Chen and Farach-Colton, "Finding Frequent Items in Data Streams" (2002). A vector becomes a table
 * of some rows. In each row every coordinate has a column and a sign, and adds signed to that column's sum. A sketch is linear:
 * the sketch of a sum is the sum of the sketches. A coordinate's estimate is the median over the rows of its signed sums; in a
 * row it is off by the signed sum of the coordinates that share the column, ‖x‖/√columns in the root mean square.
 */

export interface SketchShape {
  /** Odd, so that a median is one of the sums. */
  readonly rows: number;
  readonly columns: number;
}

/** Two words for each row, from the run's seed: whoever sketches takes the same columns and signs. */
const rowKeys = (seed: number, rows: number): Uint32Array =>
  new RandomStream({ seed, purpose: 'count-sketch' }).fill(new Uint32Array(2 * rows));

/** Mixes all bits of a coordinate's number with a row's two words, after the finalizer of MurmurHash3 (Appleby 2011). */
const mix = (index: number, key: number, other: number): number => {
  let word = Math.imul(index ^ key, 0x85ebca6b);
  word = Math.imul((word ^ (word >>> 13)) + other, 0xc2b2ae35);
  word = Math.imul(word ^ (word >>> 16), 0x9e3779b1);
  return (word ^ (word >>> 15)) >>> 0;
};

/** How many coordinates are hashed at a time. */
const chunk = 4096;

/** Sketches vectors of one length. Pure but for scratch memory. */
export class CountSketch {
  readonly shape: SketchShape;
  private readonly keys: Uint32Array;
  private readonly scratch: Float64Array;

  /** @param seed of the run */
  constructor(shape: SketchShape, seed: number) {
    this.shape = shape;
    this.keys = rowKeys(seed, shape.rows);
    this.scratch = new Float64Array(shape.rows * chunk);
  }

  /** Numbers in a sketch, row after row. */
  get size(): number {
    return this.shape.rows * this.shape.columns;
  }

  /**
   * Adds weight × the sketch of a vector.
   * @param positions of the values, null when they are all of the vector
   */
  add(values: ArrayLike<number>, positions: Uint32Array | null, weight: number, into: Float64Array): void {
    const { rows, columns } = this.shape;
    const perWord = columns / 2 ** 32;
    for (let row = 0; row < rows; row++) {
      const [key, other] = [this.keys[2 * row], this.keys[2 * row + 1]];
      const start = row * columns;
      for (let i = 0; i < values.length; i++) {
        const word = mix(positions === null ? i : positions[i], key, other);
        // The highest bits choose the column, the lowest the sign, without a branch that can't be foreseen.
        into[start + ((word * perWord) | 0)] += weight * (1 - 2 * (word & 1)) * values[i];
      }
    }
  }

  /** Sets the sums that some coordinates are part of to zero: whatever else was added to them is lost. */
  clear(positions: Uint32Array, sketch: Float64Array): void {
    const { rows, columns } = this.shape;
    const perWord = columns / 2 ** 32;
    for (let row = 0; row < rows; row++) {
      const [key, other] = [this.keys[2 * row], this.keys[2 * row + 1]];
      for (let i = 0; i < positions.length; i++) {
        sketch[row * columns + ((mix(positions[i], key, other) * perWord) | 0)] = 0;
      }
    }
  }

  /** Estimates of coordinates. @param positions which; a number n: the first n */
  estimate(sketch: ArrayLike<number>, positions: Uint32Array | number): Float32Array {
    const count = typeof positions === 'number' ? positions : positions.length;
    const out = new Float32Array(count);
    for (let start = 0; start < count; start += chunk) {
      const end = Math.min(count, start + chunk);
      for (let row = 0; row < this.shape.rows; row++) this.look(sketch, row, positions, start, end);
      for (let i = start; i < end; i++) out[i] = this.median(i - start);
    }
    return out;
  }

  /** One row's signed sums of some coordinates, into the scratch memory: a coordinate's rows stand side by side. */
  private look(
    sketch: ArrayLike<number>,
    row: number,
    positions: Uint32Array | number,
    start: number,
    end: number,
  ): void {
    const { rows, columns } = this.shape;
    const perWord = columns / 2 ** 32;
    const [key, other] = [this.keys[2 * row], this.keys[2 * row + 1]];
    for (let i = start; i < end; i++) {
      const word = mix(typeof positions === 'number' ? i : positions[i], key, other);
      const sum = sketch[row * columns + ((word * perWord) | 0)];
      this.scratch[(i - start) * rows + row] = (1 - 2 * (word & 1)) * sum;
    }
  }

  /** The median of a coordinate's sums; there are few, so insertion sorts them fast. */
  private median(index: number): number {
    const { rows } = this.shape;
    const sums = this.scratch;
    const start = index * rows;
    if (rows === 5) return medianOfFive(sums, start);
    for (let i = start + 1; i < start + rows; i++) {
      const value = sums[i];
      let at = i - 1;
      for (; at >= start && sums[at] > value; at--) sums[at + 1] = sums[at];
      sums[at + 1] = value;
    }
    return sums[start + (rows >> 1)];
  }
}

/** Without branches that can't be foreseen: of two pairs the lesser least and the greater greatest are not the median. */
const medianOfFive = (sums: Float64Array, start: number): number => {
  const a = sums[start];
  const b = sums[start + 1];
  const c = sums[start + 2];
  const d = sums[start + 3];
  const low = Math.max(Math.min(a, b), Math.min(c, d));
  const high = Math.min(Math.max(a, b), Math.max(c, d));
  const last = sums[start + 4];
  return Math.max(Math.min(low, high), Math.min(Math.max(low, high), last));
};
