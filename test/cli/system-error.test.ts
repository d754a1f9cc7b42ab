import { existsSync } from 'node:fs';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileError } from '../../cli/system-error.js';

const thrownBy = async (work: () => Promise<unknown>): Promise<unknown> => {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
};

test.skipIf(!existsSync('/dev/full'))('a full disk', async () => {
  const file = await open('/dev/full', 'w');
  const error = fileError(await thrownBy(() => file.writeFile('x')));
  await file.close();
  expect(error?.code).toBe('file/no-space');
  expect(error?.exitCode).toBe(1);
  expect(error?.describe()).toMatch(/no space left.*resume/);
});

test('a file that is not there, and a folder in the place of a file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'fedsqueeze-file-'));
  const missing = fileError(await thrownBy(() => readFile(join(folder, 'missing'))));
  const taken = fileError(await thrownBy(() => writeFile(folder, 'x')));
  await rm(folder, { recursive: true });
  expect([missing?.code, missing?.where, missing?.exitCode]).toEqual(['file/refused', join(folder, 'missing'), 2]);
  expect([taken?.code, taken?.where]).toEqual(['file/refused', folder]);
});

test('any other error stays a fault of the program', () => {
  expect(fileError(new TypeError('x is not a function'))).toBeNull();
  expect(fileError(Object.assign(new Error('refused'), { code: 'ECONNREFUSED', syscall: 'connect' }))).toBeNull();
  expect(fileError('text')).toBeNull();
});
