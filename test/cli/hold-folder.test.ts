import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { holdFolder } from '../../cli/hold-folder.js';
import { refusal } from '../support/refusal.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fedsqueeze-hold-')));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a folder has one holder at a time, under every name that it has', async () => {
  const other = join(folder, 'link');
  symlinkSync(folder, other, 'junction');
  const release = await holdFolder(folder);
  for (const name of [folder, join(folder, '.'), other]) {
    const error = await refusal('run/folder-in-use', () => holdFolder(name));
    expect(error.where).toBe(name);
  }
  release();
  (await holdFolder(other))();
});

test('other folders are free', async () => {
  const [one, other] = ['one', 'other'].map(() => mkdtempSync(join(folder, 'of-')));
  const releases = [await holdFolder(one), await holdFolder(other)];
  for (const release of releases) release();
});

/** A process that holds the folder until it is killed: plain JavaScript, so that nothing has to be compiled for it. */
const holder = (held: string): ChildProcess => {
  const file = join(folder, 'holder.mjs');
  const place = JSON.stringify(held);
  writeFileSync(
    file,
    `import { createHash } from 'node:crypto';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
const name = 'fedsqueeze-' + createHash('sha256').update(${place}).digest('hex').slice(0, 32);
const at = { linux: '\\0' + name, win32: '\\\\\\\\.\\\\pipe\\\\' + name }[process.platform] ?? join(tmpdir(), name + '.sock');
createServer().listen(at, () => process.send('held'));`,
  );
  return fork(file);
};

test('a killed process leaves its folder free', async () => {
  const held = mkdtempSync(join(folder, 'killed-'));
  const child = holder(held);
  await once(child, 'message');
  await refusal('run/folder-in-use', () => holdFolder(held));
  child.kill('SIGKILL');
  await once(child, 'exit');
  (await holdFolder(held))();
});
