// Loaded before the program: the coordinator kills itself just before a change to the files of its checkpoint.
// FEDSQUEEZE_CRASH_AT says which: 'rename manifest 2' is the second renaming of a path that holds the word. A write
// is done by half first, as a crash may leave it.
import { writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const [operation, word, count] = (process.env.FEDSQUEEZE_CRASH_AT ?? '').split(' ');
const isCoordinator = /cli[/\\]main\.js$/.test(process.argv[1] ?? '');
let left = Number(count);

const about = (name, path, before = () => undefined) => {
  const inCheckpoint = String(path).split(/[/\\]checkpoint[/\\]/)[1];
  if (name !== operation || !inCheckpoint?.includes(word) || --left !== 0) return;
  before();
  writeSync(2, `crashed before ${name} of ${inCheckpoint}\n`);
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way; nothing else may run.
  for (;;);
};

if (isCoordinator && word !== undefined) {
  const { open, rename, rm, unlink } = fs;
  fs.open = async (path, ...rest) => {
    const handle = await open(path, ...rest);
    const { writeFile, sync } = handle;
    handle.writeFile = (data, ...more) => {
      about('write', path, () => writeSync(handle.fd, data.slice(0, data.length / 2)));
      return writeFile.call(handle, data, ...more);
    };
    handle.sync = () => {
      about('sync', path);
      return sync.call(handle);
    };
    return handle;
  };
  fs.rename = (from, to) => {
    about('rename', to);
    return rename(from, to);
  };
  fs.rm = (path, ...rest) => {
    about('remove', path);
    return rm(path, ...rest);
  };
  fs.unlink = (path) => {
    about('remove', path);
    return unlink(path);
  };
  syncBuiltinESMExports();
}
