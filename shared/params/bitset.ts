/** A set of positions, one bit each. */
export class BitSet {
  private readonly words: Uint32Array;

  constructor(size: number) {
    this.words = new Uint32Array(Math.ceil(size / 32));
  }

  add(position: number): void {
    this.words[position >>> 5] |= 1 << (position & 31);
  }

  addAll(positions: Uint32Array): this {
    for (let i = 0; i < positions.length; i++) this.add(positions[i]);
    return this;
  }

  /** Adds another set of the same size. */
  union(other: BitSet): this {
    for (let i = 0; i < this.words.length; i++) this.words[i] |= other.words[i];
    return this;
  }

  /** Number of positions in the set. */
  count(): number {
    let count = 0;
    for (let i = 0; i < this.words.length; i++) {
      for (let word = this.words[i]; word !== 0; word &= word - 1) count++;
    }
    return count;
  }

  /** The positions in ascending order. */
  positions(): Uint32Array {
    const out = new Uint32Array(this.count());
    let at = 0;
    for (let i = 0; i < this.words.length; i++) {
      for (let word = this.words[i]; word !== 0; word &= word - 1) out[at++] = i * 32 + (31 - Math.clz32(word & -word));
    }
    return out;
  }
}
