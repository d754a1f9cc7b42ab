// Compiles TypeScript to dist/, and does nothing when dist/ is newer than every source: `npm start` and
// `npm test` call it each time, because ignore-scripts switches npm's own pre-scripts off.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folders = ['shared', 'server', 'client', 'report', 'cli', 'bench'];
const stamp = join(root, 'dist', '.built');

const newest = (path) => {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  // A folder's own time changes when a file in it is removed or renamed.
  return readdirSync(path).reduce((time, name) => Math.max(time, newest(join(path, name))), stat.mtimeMs);
};

const isFresh = () => {
  const built = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs;
  if (built === undefined) return false;
  const sources = [...folders, 'index.ts', 'tsconfig.json', 'package-lock.json'];
  return sources.every((name) => newest(join(root, name)) <= built);
};

if (process.argv.includes('--force') || !isFresh()) {
  const started = Date.now();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
  const { status } = spawnSync(process.execPath, [join(typescript, 'bin', 'tsc'), '-p', root], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, '');
  console.log(`compiled to dist/ in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}
