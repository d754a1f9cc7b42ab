import { lastStep } from '../options/problem.js';
import type { Sweep } from './sweep-schema.js';
import { toFolderName } from './words.js';

/** What tells one point of a sweep from the others. */
export interface PointKey {
  readonly case: string;
  readonly grid: Readonly<Record<string, unknown>>;
  readonly seed: number;
}

const plainWord = (value: unknown): string =>
  ['string', 'number', 'boolean'].includes(typeof value) ? toFolderName(String(value), '') : '';

/** A grid value as part of a folder's name: itself where it is a word or a number, otherwise its place in the list. */
const valueWord = (value: unknown, values: readonly unknown[]): string => {
  const word = plainWord(value);
  const alike = values.filter((other) => plainWord(other).toLowerCase() === word.toLowerCase());
  return word !== '' && alike.length === 1 ? word : `${values.indexOf(value) + 1}`;
};

/** The last key of a grid's path, or the whole path where two end alike. */
const pathWord = (path: string, paths: readonly string[]): string => {
  const alike = paths.filter((other) => lastStep(other) === lastStep(path));
  return toFolderName(alike.length > 1 ? path : lastStep(path), 'value');
};

/** Longest folder name of a point; many file systems allow 255 bytes, and paths in it need room. */
const longestName = 100;

/** @returns a folder name for each point, unique without regard to case: `stc-1-25_batchSize-32_seed-1` */
export const pointNames = (points: readonly PointKey[], { grid, seeds }: Sweep): string[] => {
  const paths = Object.keys(grid);
  const taken = new Set<string>();
  return points.map((point, i) => {
    const values = paths.map((path) => `${pathWord(path, paths)}-${valueWord(point.grid[path], grid[path])}`);
    const name = [point.case, ...values, ...(seeds === null ? [] : [`seed-${point.seed}`])].join('_');
    const fits = name.length <= longestName && !taken.has(name.toLowerCase());
    const unique = fits ? name : `${name.slice(0, longestName - 12)}_point-${i + 1}`;
    taken.add(unique.toLowerCase());
    return unique;
  });
};
