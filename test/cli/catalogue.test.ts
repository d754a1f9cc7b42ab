import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { catalogue } from '../../cli/catalogue.js';
import { formatCatalogue, formatDetails } from '../../cli/format-catalogue.js';

const listed = Object.fromEntries(Object.entries(catalogue).map(([kind, entries]) => [kind, entries()]));

describe.each(Object.entries(listed))('%s', (kind, entries) => {
  test('are there, each with a line and described options', () => {
    expect(entries.length).toBeGreaterThan(0);
    for (const { name, summary, options } of entries) {
      expect(summary, name).toMatch(/^\S[^\n]{5,}$/);
      for (const [option, { description }] of Object.entries(options)) {
        expect(description, `${name}.${option}`).toBeTypeOf('string');
      }
    }
  });

  test('stand in the table, a line each, and can be asked for', () => {
    const lines = formatCatalogue({ [kind]: entries }).split('\n');
    expect(lines).toHaveLength(2 + entries.length);
    entries.forEach(({ name, summary }, i) => {
      expect(lines[2 + i].startsWith(`${name} `)).toBe(true);
      expect(lines[2 + i]).toContain(summary);
    });
    const command = readFileSync(join(import.meta.dirname, '../../cli/commands/list.ts'), 'utf8');
    expect(command).toContain(`'${kind}'`);
  });
});

test.each(Object.keys(listed))('%s: asked for by name they say all there is, in lines of 100 characters', (kind) => {
  const text = formatDetails(listed[kind]);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  const flat = text.replaceAll(/\s+/g, ' ');
  for (const { name, summary, details } of listed[kind]) {
    expect(flat).toContain(`${name}: ${summary}`);
    for (const [word, said] of Object.entries(details ?? {})) expect(flat).toContain(`${word} ${said}`);
  }
});
