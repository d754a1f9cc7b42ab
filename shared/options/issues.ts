import type { z } from 'zod';
import { suggest } from './nearest.js';
import { missing, show, type Path, type Problem } from './problem.js';

/*
 * zod lets the caller say each issue's message, one string. Ours holds what is wrong and what would be right, on a
 * line each; for unknown keys it holds the keys that are known there.
 */
const separator = '\n';
const say = (wrong: string, right: string): string => `${wrong}${separator}${right}`;

const typeWords: Record<string, string> = {
  int: 'a whole number',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a group of keys',
  record: 'a group of keys',
};

const knownKeys = (issue: z.core.$ZodRawIssue): string[] => {
  const definition = (issue.inst as z.core.$ZodType | undefined)?._zod.def as { shape?: object } | undefined;
  return Object.keys(definition?.shape ?? {});
};

const boundHint = (side: 'least' | 'most', bound: unknown, inclusive: boolean | undefined, origin: string): string => {
  const strict = side === 'most' ? 'less than' : 'more than';
  const unit = { array: ['entry', 'entries'], string: ['letter', 'letters'] }[origin]?.[bound === 1 ? 0 : 1];
  const how = inclusive === false ? strict : `at ${side}`;
  return unit === undefined ? `It must be ${how} ${String(bound)}.` : `It must have ${how} ${String(bound)} ${unit}.`;
};

const oneOf = (input: unknown, values: readonly unknown[]): string => {
  const words = values.map(String);
  if (words.length === 1) return `It must be ${words[0]}.`;
  return typeof input === 'string' ? suggest(input, words) : `It must be one of ${words.join(', ')}.`;
};

/** Of a union's branches, the one that matched deepest says what is wrong; otherwise all say what they want. */
const unionMessage = (input: unknown, branches: readonly (readonly z.core.$ZodIssue[])[]): string => {
  const ranged = branches.find(([issue]) => issue && ['too_big', 'too_small'].includes(issue.code));
  if (ranged) return ranged[0].message;
  const hints = branches.flatMap(([issue]) => issue?.message.split(separator)[1] ?? []);
  const wants = hints.map((hint) => hint.replace(/^It must be /, '').replace(/\.$/, ''));
  return say(`is ${show(input)}.`, wants.length > 0 ? `It must be ${wants.join(' or ')}.` : '');
};

/** The error map that a scenario's schemas are parsed with; {@link toProblems} reads its messages. */
export const errorMap = (issue: z.core.$ZodRawIssue): string => {
  const is = issue.input === undefined ? missing : `is ${show(issue.input)}.`;
  switch (issue.code) {
    case 'unrecognized_keys':
      return knownKeys(issue).join(separator);
    case 'invalid_type':
      return say(is, `It must be ${typeWords[issue.expected] ?? issue.expected}.`);
    case 'too_big':
      return say(is, boundHint('most', issue.maximum, issue.inclusive, issue.origin));
    case 'too_small':
      return say(is, boundHint('least', issue.minimum, issue.inclusive, issue.origin));
    case 'not_multiple_of':
      return say(is, `It must be a multiple of ${issue.divisor}.`);
    case 'invalid_value':
      return say(is, oneOf(issue.input, issue.values));
    case 'invalid_union':
      return unionMessage(issue.input, issue.errors);
    default:
      return say(is, 'It must have another form.');
  }
};

/** A problem as an issue, for checks and transforms of our own. */
export const asIssue = ({ path, message, ...params }: Problem) => ({
  code: 'custom' as const,
  path: [...path],
  message,
  params,
});

const unknownKeys = (issue: z.core.$ZodIssueUnrecognizedKeys, path: Path): Problem[] => {
  const known = issue.message.split(separator).filter((key) => key !== '');
  return issue.keys.map((key) => ({
    path,
    key,
    code: 'scenario/unknown-key',
    message: `has no key ${show(key)}.`,
    hint: suggest(key, known),
  }));
};

const isBound = ({ code }: z.core.$ZodIssue): boolean => code === 'too_big' || code === 'too_small';

/** A whole number beyond what any may be is beyond its own bound too, which is the one to tell and comes later. */
const isTightest = (issue: z.core.$ZodIssue, at: number, all: readonly z.core.$ZodIssue[]): boolean =>
  !isBound(issue) ||
  !all.slice(at + 1).some(({ code, path }) => code === issue.code && path.join('.') === issue.path.join('.'));

/** Reads what zod found with {@link errorMap}. */
export const toProblems = (error: z.ZodError): Problem[] =>
  error.issues.filter(isTightest).flatMap((issue): Problem[] => {
    const path: Path = issue.path.map((key) => (typeof key === 'number' ? key : String(key)));
    if (issue.code === 'unrecognized_keys') return unknownKeys(issue, path);
    const params = issue.code === 'custom' ? (issue.params as Partial<Problem> | undefined) : undefined;
    if (params?.code !== undefined) {
      return [{ ...params, path, code: params.code, message: issue.message, hint: params.hint ?? '' }];
    }
    if (issue.code === 'custom') {
      // A refinement in a plug-in's own schema, which knows nothing of these sentences.
      return [{ path, code: 'scenario/bad-value', message: `is refused: ${issue.message}.`, hint: '' }];
    }
    const [message, hint = ''] = issue.message.split(separator);
    return [{ path, code: 'scenario/bad-value', message, hint }];
  });
