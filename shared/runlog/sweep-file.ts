/** Version of the sweep file's schema. */
export const sweepFileVersion = 1;

/** One run of a sweep; its run folder is `points/NAME/`. */
export interface SweepFilePoint {
  /** Name of the folder, unique without regard to upper and lower case. */
  readonly name: string;
  /** The case of the sweep that it belongs to; points of one case differ by grid values and seed. */
  readonly case: string;
  readonly seed: number;
  /** What the case and the grid set: scenario path → value, as the scenario writes it. */
  readonly set: Readonly<Record<string, unknown>>;
  /** The part of `set` that the grid gave; points with the same case and grid values are repeats over seeds. */
  readonly grid: Readonly<Record<string, unknown>>;
}

/** `sweep.json` of a sweep's folder. */
export interface SweepFile {
  readonly v: number;
  readonly name: string;
  /** The case that savings are measured against; null when the scenario names none. */
  readonly baseline: string | null;
  readonly points: readonly SweepFilePoint[];
}
