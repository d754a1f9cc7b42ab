import { sweepFileVersion, type SweepFile } from '../runlog/sweep-file.js';
import { CodedError } from '../util/errors.js';
import { canonicalJson } from './format.js';
import { placeIn, resolveScenario, type LoadedScenario } from './load.js';
import type { Path } from '../options/problem.js';
import type { Scenario } from './scenario.js';
import { applySettings, makeSetting, type Setting } from './settings.js';
import { checkSweep } from './sweep-check.js';
import { pointNames } from './sweep-names.js';
import type { Sweep } from './sweep-schema.js';

/** One run of a sweep. */
export interface SweepPoint {
  /** Name of its folder, unique in the sweep: `stc-1-25_batchSize-32_seed-1`. */
  readonly name: string;
  readonly case: string;
  /** Path → value of the grid's combination. */
  readonly grid: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Path → value of what the case and the grid change. */
  readonly set: Readonly<Record<string, unknown>>;
  readonly scenario: Scenario;
}

/** A point before it is resolved: its settings with their places. */
interface Draft extends Omit<SweepPoint, 'scenario' | 'name'> {
  readonly settings: readonly Setting[];
  /** Where the file says that there is such a point. */
  readonly place: Path;
}

/** All combinations of the grid's values, the last path changing fastest. */
const combinations = (grid: Sweep['grid']): Record<string, unknown>[] =>
  Object.entries(grid).reduce<Record<string, unknown>[]>(
    (sets, [path, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [path]: value }))),
    [{}],
  );

const draftsOf = (sweep: Sweep, scenario: Scenario, where: (path: Path) => string): Draft[] => {
  const cases = sweep.cases.length > 0 ? sweep.cases : [{ name: scenario.name, set: {} }];
  const seeds = sweep.seeds ?? [scenario.seed];
  return cases.flatMap((variant, i) => {
    const place = sweep.cases.length > 0 ? ['sweep', 'cases', i, 'name'] : ['sweep'];
    const fromCase = Object.entries(variant.set).map(([path, value]) =>
      makeSetting(path, value, where(['sweep', 'cases', i, 'set', path])),
    );
    return combinations(sweep.grid).flatMap((grid) => {
      const fromGrid = Object.entries(grid).map(([path, value]) =>
        makeSetting(path, value, where(['sweep', 'grid', path, sweep.grid[path].indexOf(value)])),
      );
      const set = { ...variant.set, ...grid };
      return seeds.map((seed) => ({
        case: variant.name,
        grid,
        seed,
        set,
        place,
        settings: [...fromCase, ...fromGrid],
      }));
    });
  });
};

/**
 * Every run of a sweep, in order: cases, then the grid, then seeds. All are resolved and checked before any runs.
 * @returns one point, the scenario itself, where the file has no sweep
 * @throws CodedError `scenario/…`, with the line of the case or of the grid value
 */
export const expandSweep = ({ scenario, sweep, source }: LoadedScenario): SweepPoint[] => {
  const { name, seed } = scenario;
  if (sweep === null) return [{ name, case: name, grid: {}, seed, set: {}, scenario }];
  const placeOfFile = placeIn(source.document, source.settings);
  const where = (path: Path): string => placeOfFile({ path });
  const fail = (path: Path, message: string, hint: string): never => {
    throw new CodedError('scenario/bad-sweep', message, { where: where(path), hint });
  };
  checkSweep(sweep, fail);
  const { sweep: _, ...base } = source.data;
  const drafts = draftsOf(sweep, scenario, where);
  const names = pointNames(drafts, sweep);
  const seen = new Map<string, string>();
  return drafts.map(({ settings, place, ...point }, i) => {
    const data = { ...(applySettings(base, settings) as object), seed: point.seed, name: names[i] };
    const resolved = resolveScenario(data, placeIn(source.document, [...source.settings, ...settings]));
    const same = canonicalJson({ ...resolved, name: '' });
    const twin = seen.get(same);
    if (twin !== undefined) {
      fail(place, `The points ${twin} and ${names[i]} are the same experiment.`, 'Remove one, or let it differ.');
    }
    seen.set(same, names[i]);
    return { ...point, name: names[i], scenario: resolved };
  });
};

/** What a sweep's folder says of its points. */
export const sweepFile = ({ scenario, sweep }: LoadedScenario, points: readonly SweepPoint[]): SweepFile => ({
  v: sweepFileVersion,
  name: scenario.name,
  baseline: sweep?.baseline ?? null,
  points: points.map(({ name, case: caseName, seed, set, grid }) => ({ name, case: caseName, seed, set, grid })),
});
