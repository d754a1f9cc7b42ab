import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { storageFormats } from '../../../shared/compression/storage/formats/index.js';
import { valueCodings } from '../../../shared/compression/storage/values/index.js';

/** Files that formats and codings are made with. */
const tools = new Set(['index', 'format', 'position-format', 'lines', 'coding', 'symbol-stream']);

test.each([
  ['formats', storageFormats.all],
  ['values', valueCodings.all],
] as const)('every file of %s is registered under its name, with a code of its own', (folder, all) => {
  const files = readdirSync(new URL(`../../../shared/compression/storage/${folder}`, import.meta.url))
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((file) => !tools.has(file));
  expect(all.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
  const codes = all.map(({ code }) => code);
  expect(codes).toEqual([...codes.keys()]);
  expect(codes.length).toBeLessThanOrEqual(folder === 'values' ? 8 : 256);
});
