import { CodedError, type ErrorCode } from '../util/errors.js';

/** Keys and list positions from the top of the document. */
export type Path = readonly (string | number)[];

/** One thing that is wrong with a scenario. Its sentence begins with the path: `rounds` `is 0.` */
export interface Problem {
  readonly path: Path;
  /** The key below `path` that is wrong itself; left out, what stands at `path` is. */
  readonly key?: string;
  readonly code: ErrorCode;
  /** What is wrong, the rest of the sentence. */
  readonly message: string;
  /** What would be right, a sentence. */
  readonly hint: string;
}

/** @param whole what the document is, for people */
export const pathText = (path: Path, whole = 'the scenario'): string => (path.length === 0 ? whole : path.join('.'));

/** The last key of a path with dots. */
export const lastStep = (path: string): string => path.split('.').at(-1) ?? path;

/** A value as a message shows it: short, on one line. */
export const show = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value === null || value === undefined) return 'empty';
  return typeof value === 'object' ? 'a group of keys' : String(value);
};

/** More would scroll what matters out of sight. */
const mostReported = 5;

/** Says where a problem is, null when that is not known. */
export type Place = (problem: Pick<Problem, 'path' | 'key'>) => string | null;

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const sentence = ({ path, message }: Problem, whole?: string): string => {
  const text = `${pathText(path, whole)} ${message}`;
  return path.length === 0 ? capital(text) : text;
};

/** A misspelt key explains the missing one, so unknown keys come first and missing values last. */
const urgency = ({ key, message }: Problem): number => (key !== undefined ? 0 : message === missing ? 2 : 1);

/** What is wrong with a value that is not there. */
export const missing = 'is missing.';

/**
 * One error for all problems, the first few on a line each. Its code is the first one's.
 * @param document what the document is, for people
 */
export const problemError = (problems: readonly Problem[], place: Place, document?: string): CodedError => {
  const [first, ...others] = problems.toSorted((a, b) => urgency(a) - urgency(b));
  const where = place(first);
  const details = where === null ? {} : { where };
  if (others.length === 0) {
    return new CodedError(first.code, sentence(first, document), {
      ...details,
      ...(first.hint === '' ? {} : { hint: first.hint }),
    });
  }
  const whole = (problem: Problem): string => `${sentence(problem, document)} ${problem.hint}`.trimEnd();
  const lines = others.slice(0, mostReported - 1).map((problem) => {
    const where = place(problem);
    return `${where === null ? '' : `${where}: `}${whole(problem)}`;
  });
  const more = problems.length - mostReported;
  if (more > 0) lines.push(`… and ${more} more.`);
  return new CodedError(first.code, [whole(first), ...lines].join('\n'), details);
};
