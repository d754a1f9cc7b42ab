import { expect, test } from 'vitest';
import { z } from 'zod';
import { errorMap, toProblems } from '../../shared/options/issues.js';

const schema = z.strictObject({ rounds: z.int().min(1).max(1000), hosts: z.int().min(1).max(256) });

const hintsOf = (value: unknown): string[] => {
  const { error } = schema.safeParse(value, { error: errorMap });
  return error === undefined ? [] : toProblems(error).map(({ path, hint }) => `${path.join('.')}: ${hint}`);
};

test('a number beyond every whole number is told its own bound, once', () => {
  expect(hintsOf({ rounds: 1e18, hosts: 1 })).toEqual(['rounds: It must be at most 1000.']);
  expect(hintsOf({ rounds: -1e18, hosts: 1 })).toEqual(['rounds: It must be at least 1.']);
});

test('each of several values is told its own', () => {
  expect(hintsOf({ rounds: 1e18, hosts: 1e18 })).toEqual([
    'rounds: It must be at most 1000.',
    'hosts: It must be at most 256.',
  ]);
});
