/** Classes of things that are tied to each other (union–find with path halving). */
export class Ties {
  /** What is tied to it stays. */
  readonly fixed = 0;
  private readonly parent: number[] = [0];

  /** New things, tied to nothing. */
  fresh(count: number): Int32Array {
    return Int32Array.from({ length: count }, () => this.parent.push(this.parent.length) - 1);
  }

  /** The name of its class: equal for what is tied. */
  classOf(thing: number): number {
    const { parent } = this;
    let at = thing;
    while (parent[at] !== at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  join(one: number, other: number): void {
    const [a, b] = [this.classOf(one), this.classOf(other)];
    this.parent[Math.max(a, b)] = Math.min(a, b);
  }

  /** What can't go one by one. */
  fix(things: Int32Array): void {
    for (const thing of things) this.join(thing, this.fixed);
  }

  /** Ties the things at the same place of each of several parts of equal size. */
  joinAcross(things: Int32Array, parts: number): void {
    const each = things.length / parts;
    for (const [at, thing] of things.entries()) this.join(thing, things[at % each]);
  }

  /** Ties neighbours: each run of that many. */
  joinRuns(things: Int32Array, run: number): void {
    for (const [at, thing] of things.entries()) this.join(thing, things[at - (at % run)]);
  }
}
