import type { Layout } from './layout.js';

/** Memory for the weights of earlier versions, in bytes: what both sides may keep in order to add and take sums. */
const mostBytes = 2 ** 28;
const mostVersions = 256;

/** How many versions of a model both sides keep, the newest among them; at least one. */
export const versionsKept = (layout: Layout): number =>
  Math.max(1, Math.min(mostVersions, Math.floor(mostBytes / (4 * Math.max(1, layout.floats)))));

/** The weights of a model's newest versions. Version 0, which a client makes from its seed, stays. */
export class VersionHistory {
  private readonly weights = new Map<number, Float32Array>();
  private readonly kept: number;
  private newest = 0;

  constructor(layout: Layout) {
    this.kept = versionsKept(layout);
  }

  /** @param weights not to be changed afterwards */
  set(version: number, weights: Float32Array): void {
    this.weights.set(version, weights);
    if (version <= this.newest) return;
    this.newest = version;
    for (const old of this.weights.keys()) if (old > 0 && old <= version - this.kept) this.weights.delete(old);
  }

  get(version: number): Float32Array | undefined {
    return this.weights.get(version);
  }
}
