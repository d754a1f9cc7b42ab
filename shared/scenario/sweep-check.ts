import { canonicalJson } from './format.js';
import { suggest } from '../options/nearest.js';
import { show, type Path } from '../options/problem.js';
import type { Sweep } from './sweep-schema.js';

/** Reports what is wrong with a sweep, at a path of the scenario file. */
export type FailSweep = (path: Path, message: string, hint: string) => never;

/** More are a mistake in the grid rather than a plan. */
export const mostPoints = 10_000;

/** What a sweep cannot set by a path, and what to write instead. */
const refusedPaths: Readonly<Record<string, string>> = {
  seed: 'List the seeds under sweep.seeds.',
  name: 'Points are named after their case, grid values and seed.',
  sweep: 'A sweep has no sweep inside.',
};

/** Position of the first value that was there before, −1 where all differ. */
const repeated = <T>(values: readonly T[], keyOf: (value: T) => string): number => {
  const seen = new Set<string>();
  return values.findIndex((value) => seen.size === seen.add(keyOf(value)).size);
};

const checkCases = ({ baseline, cases }: Sweep, fail: FailSweep): void => {
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
};

const checkRepeats = ({ grid, seeds }: Sweep, fail: FailSweep): void => {
  for (const [path, values] of Object.entries(grid)) {
    const again = repeated(values, canonicalJson);
    if (again >= 0) fail(['sweep', 'grid', path, again], `The grid has this value of ${path} twice.`, 'Keep one.');
  }
  const again = repeated(seeds ?? [], String);
  if (again >= 0) fail(['sweep', 'seeds', again], `The seed ${seeds?.[again]} is listed twice.`, 'Keep one.');
};

const checkPaths = ({ cases, grid }: Sweep, fail: FailSweep): void => {
  const checkSet = (set: object, place: Path): void => {
    for (const path of Object.keys(set)) {
      const hint = refusedPaths[path.split('.')[0].trim()];
      if (hint !== undefined) fail([...place, path], `A sweep cannot set ${show(path)} here.`, hint);
    }
  };
  checkSet(grid, ['sweep', 'grid']);
  cases.forEach(({ name, set }, i) => {
    checkSet(set, ['sweep', 'cases', i, 'set']);
    for (const path of Object.keys(set)) {
      const over = Object.keys(grid).find((other) => path === other || path.startsWith(`${other}.`));
      if (over === undefined) continue;
      const hint = 'The grid would overwrite it: set it in one of the two.';
      fail(['sweep', 'cases', i, 'set', path], `The case ${show(name)} sets ${path}, and the grid sets ${over}.`, hint);
    }
  });
};

/** Finds what contradicts itself in a sweep before its points are made. */
export const checkSweep = (sweep: Sweep, fail: FailSweep): void => {
  checkCases(sweep, fail);
  checkRepeats(sweep, fail);
  checkPaths(sweep, fail);
  const { cases, grid, seeds } = sweep;
  const combinations = Object.values(grid).reduce((product, values) => product * values.length, 1);
  const count = combinations * (seeds?.length ?? 1) * Math.max(1, cases.length);
  if (count > mostPoints) fail(['sweep'], `The sweep has ${count} points.`, `At most ${mostPoints}: shorten it.`);
};
