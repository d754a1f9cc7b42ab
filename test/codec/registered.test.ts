import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stages } from '../../shared/codec/stages/index.js';

test('every file of a stage is registered under its name', () => {
  const files = readdirSync(new URL('../../shared/codec/stages', import.meta.url))
    .filter((file) => file !== 'index.ts')
    .map((file) => file.replace(/\.ts$/, ''));
  expect(stages.all.map(({ name }) => name).sort()).toEqual(files.sort());
});

test('codes of stages are different and fit a byte', () => {
  const codes = stages.all.map(({ code }) => code);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.every((code) => Number.isInteger(code) && code >= 1 && code <= 255)).toBe(true);
});

test.each(stages.all)('$name describes itself and every option', ({ options, shorthand, ...stage }) => {
  for (const text of [stage.summary, stage.bits, stage.bias, stage.paper]) expect(text).toMatch(/\S/);
  for (const field of Object.values(options.shape))
    expect((field as { description?: string }).description).toMatch(/\S/);
  if (shorthand !== undefined) expect(Object.keys(options.shape)).toContain(shorthand);
  expect(options.safeParse({ nonsense: 1 }).success).toBe(false);
});
