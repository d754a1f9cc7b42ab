import { sweepFileVersion, type SweepFile } from '../runlog/sweep-file.js';
import { CodedError } from '../util/errors.js';
import { canonicalJson } from './format.js';
import { placeIn, resolveScenario, type LoadedScenario } from './load.js';
import { suggest } from './nearest.js';
import { show, type Path } from './problem.js';
import type { Scenario } from './scenario.js';
import { applySettings, makeSetting, type Setting } from './settings.js';
import type { Sweep } from './sweep-schema.js';
import { toFolderName } from './words.js';

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

/** More are a mistake in the grid rather than a plan. */
const mostPoints = 10_000;

/** What a sweep cannot set by a path, and what to write instead. */
const refusedPaths: Readonly<Record<string, string>> = {
  seed: 'List the seeds under sweep.seeds.',
  name: 'Points are named after their case, grid values and seed.',
  sweep: 'A sweep has no sweep inside.',
};

type Fail = (path: Path, message: string, hint: string) => never;

const failIn =
  ({ source }: LoadedScenario): Fail =>
  (path, message, hint) => {
    const where = placeIn(source.document, source.settings)({ path, code: 'scenario/bad-sweep', message, hint });
    throw new CodedError('scenario/bad-sweep', message, where === null ? { hint } : { where, hint });
  };

const repeated = <T>(values: readonly T[], keyOf: (value: T) => string): number => {
  const seen = new Set<string>();
  return values.findIndex((value) => seen.size === seen.add(keyOf(value)).size);
};

const checkSweep = ({ baseline, cases, grid, seeds }: Sweep, fail: Fail): void => {
  const names = cases.map(({ name }) => name);
  const twice = repeated(names, (name) => name.toLowerCase());
  if (twice >= 0) {
    const hint = 'Give each case a name of its own; upper and lower case do not tell folders apart everywhere.';
    fail(['sweep', 'cases', twice, 'name'], `There is a second case ${show(names[twice])}.`, hint);
  }
  if (baseline !== null && !names.includes(baseline)) {
    const hint = names.length === 0 ? 'List it under sweep.cases.' : suggest(baseline, names);
    fail(['sweep', 'baseline'], `The baseline ${show(baseline)} is none of the cases.`, hint);
  }
  for (const [path, values] of Object.entries(grid)) {
    const again = repeated(values, canonicalJson);
    if (again >= 0) fail(['sweep', 'grid', path, again], `${path} has this value twice.`, 'Keep one of the two.');
  }
  const again = repeated(seeds ?? [], String);
  if (again >= 0)
    fail(['sweep', 'seeds', again], `The seed ${seeds?.[again]} is listed twice.`, 'Keep one of the two.');
  const places = [
    ...cases.map(({ set }, i) => [set, ['sweep', 'cases', i, 'set']] as const),
    [grid, ['sweep', 'grid']] as const,
  ];
  for (const [set, place] of places) {
    for (const path of Object.keys(set)) {
      const hint = refusedPaths[path.split('.')[0].trim()];
      if (hint !== undefined) fail([...place, path], `A sweep cannot set ${path} here.`, hint);
    }
  }
  const count = Object.values(grid).reduce(
    (product, values) => product * values.length,
    (seeds?.length ?? 1) * Math.max(1, names.length),
  );
  if (count > mostPoints) fail(['sweep'], `The sweep has ${count} points.`, `At most ${mostPoints}: shorten the grid.`);
};

/** All combinations of the grid's values, the last path changing fastest. */
const combinations = (grid: Sweep['grid']): Record<string, unknown>[] =>
  Object.entries(grid).reduce<Record<string, unknown>[]>(
    (sets, [path, values]) => sets.flatMap((set) => values.map((value) => ({ ...set, [path]: value }))),
    [{}],
  );

/** A grid value as part of a folder's name: itself where it is a word or a number, otherwise its place in the list. */
const valueWord = (value: unknown, values: readonly unknown[]): string => {
  const plain = ['string', 'number', 'boolean'].includes(typeof value) ? toFolderName(String(value), '') : '';
  const words = values.map((other) => toFolderName(String(other), '').toLowerCase());
  const unique = words.filter((word) => word === plain.toLowerCase()).length === 1;
  return plain !== '' && unique ? plain : `${values.indexOf(value) + 1}`;
};

const pathWords = (grid: Sweep['grid']): Map<string, string> => {
  const paths = Object.keys(grid);
  const lastStep = (path: string): string => path.split('.').at(-1) ?? path;
  const shared = (path: string): boolean => paths.filter((other) => lastStep(other) === lastStep(path)).length > 1;
  return new Map(paths.map((path) => [path, toFolderName(shared(path) ? path : lastStep(path), 'value')]));
};

/** Longest folder name of a point; many file systems allow 255 bytes, and paths in it need room. */
const longestName = 100;

const pointName = (
  caseName: string,
  combination: Readonly<Record<string, unknown>>,
  { grid, seeds }: Sweep,
  seed: number,
): string => {
  const words = pathWords(grid);
  const parts = Object.entries(combination).map(
    ([path, value]) => `${words.get(path)}-${valueWord(value, grid[path])}`,
  );
  return [caseName, ...parts, ...(seeds === null ? [] : [`seed-${seed}`])].join('_');
};

const uniqueNames = (names: readonly string[]): string[] => {
  const taken = new Set<string>();
  return names.map((name, i) => {
    const short = name.length <= longestName && !taken.has(name.toLowerCase());
    const unique = short ? name : `${name.slice(0, longestName - 12)}_point-${i + 1}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
};

/** The draft of a point: everything but its resolved scenario. */
type Draft = Omit<SweepPoint, 'scenario'> & { readonly caseIndex: number };

const drafts = (sweep: Sweep, scenario: Scenario): Draft[] => {
  const cases = sweep.cases.length > 0 ? sweep.cases : [{ name: scenario.name, set: {} }];
  const seeds = sweep.seeds ?? [scenario.seed];
  const all = cases.flatMap(({ name, set }, caseIndex) =>
    combinations(sweep.grid).flatMap((grid) =>
      seeds.map((seed) => ({
        name: pointName(name, grid, sweep, seed),
        case: name,
        caseIndex,
        grid,
        seed,
        set: { ...set, ...grid },
      })),
    ),
  );
  const names = uniqueNames(all.map(({ name }) => name));
  return all.map((draft, i) => ({ ...draft, name: names[i] }));
};

const settingsOf = (
  { caseIndex, grid, name, seed, set }: Draft,
  sweep: Sweep,
  { source }: LoadedScenario,
): Setting[] => {
  const place = placeIn(source.document, source.settings);
  const where = (path: Path): string =>
    place({ path, key: String(path.at(-1)), code: 'scenario/bad-sweep', message: '', hint: '' }) ?? '';
  const fromSweep = Object.entries(set).map(([path, value]) => {
    const at: Path = Object.hasOwn(grid, path)
      ? ['sweep', 'grid', path, sweep.grid[path].indexOf(value)]
      : ['sweep', 'cases', caseIndex, 'set', path];
    return makeSetting(path, value, where(at));
  });
  return [
    ...fromSweep,
    makeSetting('seed', seed, where(['sweep', 'seeds'])),
    makeSetting('name', name, where(['sweep'])),
  ];
};

/**
 * Every run of a sweep, in order: cases, then the grid, then seeds. All are resolved and checked before any runs.
 * @returns one point, the scenario itself, where the file has no sweep
 * @throws CodedError `scenario/…`, with the line of the case or of the grid value
 */
export const expandSweep = (loaded: LoadedScenario): SweepPoint[] => {
  const { scenario, sweep, source } = loaded;
  if (sweep === null) {
    return [{ name: scenario.name, case: scenario.name, grid: {}, seed: scenario.seed, set: {}, scenario }];
  }
  const fail = failIn(loaded);
  checkSweep(sweep, fail);
  const { sweep: _, ...base } = source.data;
  const seen = new Map<string, string>();
  return drafts(sweep, scenario).map((draft) => {
    const settings = settingsOf(draft, sweep, loaded);
    const resolved = resolveScenario(
      applySettings(base, settings),
      placeIn(source.document, [...source.settings, ...settings]),
    );
    const same = canonicalJson({ ...resolved, name: '' });
    const twin = seen.get(same);
    if (twin !== undefined) {
      const at: Path = sweep.cases.length > 0 ? ['sweep', 'cases', draft.caseIndex, 'name'] : ['sweep'];
      fail(at, `The points ${twin} and ${draft.name} are the same experiment.`, 'Remove one, or let it differ.');
    }
    seen.set(same, draft.name);
    const { caseIndex: _index, ...point } = draft;
    return { ...point, scenario: resolved };
  });
};

/** What a sweep's folder says of its points. */
export const sweepFile = ({ scenario, sweep }: LoadedScenario, points: readonly SweepPoint[]): SweepFile => ({
  v: sweepFileVersion,
  name: scenario.name,
  baseline: sweep?.baseline ?? null,
  points: points.map(({ name, case: caseName, seed, set, grid }) => ({ name, case: caseName, seed, set, grid })),
});
