import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { newFolder } from '../../cli/folders.js';
import { refusal } from '../support/refusal.js';

const folder = mkdtempSync(join(tmpdir(), 'fedsqueeze-folders-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the folder asked for is made, an empty one is taken', async () => {
  const deep = join(folder, 'new', 'deep');
  expect(await newFolder(deep, 'x')).toBe(deep);
  expect(statSync(deep).isDirectory()).toBe(true);
  expect(await newFolder(deep, 'x')).toBe(deep);
});

test('a folder of a run that never began is taken, one of a run that did is not', async () => {
  const begun = join(folder, 'begun');
  mkdirSync(join(begun, 'checkpoint'), { recursive: true });
  writeFileSync(join(begun, 'run.log'), 'The port is in use.');
  expect(await newFolder(begun, 'x')).toBe(begun);
  writeFileSync(join(begun, 'scenario.yaml'), 'rounds: 1');
  await refusal('run/folder-in-use', () => newFolder(begun, 'x'));
});

test('a folder with something, a file, a folder in a file', async () => {
  const full = join(folder, 'full');
  mkdirSync(full);
  const file = join(full, 'thesis.tex');
  writeFileSync(file, 'years of work');
  expect((await refusal('run/folder-in-use', () => newFolder(full, 'x'))).hint).toContain(`resume ${full}`);
  expect((await refusal('run/bad-folder', () => newFolder(file, 'x'))).describe()).toContain(
    'thesis.tex: This is a file',
  );
  expect((await refusal('run/bad-folder', () => newFolder(join(file, 'x'), 'x'))).message).toContain('ENOTDIR');
});

test('without a folder asked for, each of many at the same moment gets one of its own', async () => {
  const here = process.cwd();
  process.chdir(folder);
  try {
    const found = await Promise.all(Array.from({ length: 8 }, () => newFolder(undefined, 'x')));
    expect(new Set(found).size).toBe(8);
    expect(found).toContain(join('runs', 'x'));
  } finally {
    process.chdir(here);
  }
});

test.runIf(existsSync('/proc/self'))('a file system that makes no folders is refused, not tried for ever', async () => {
  await refusal('run/bad-folder', () => newFolder('/proc/fedsqueeze/run', 'x'));
});
