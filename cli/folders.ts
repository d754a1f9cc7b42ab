import { existsSync } from 'node:fs';
import { access, constants, mkdir, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { CodedError, messageOf } from '../shared/util/errors.js';

/** What a run leaves that could not begin, its port being in use for example: there is nothing to go on with. */
const remains: ReadonlySet<string> = new Set(['run.log', 'checkpoint']);

const hasContent = async (folder: string): Promise<boolean> =>
  existsSync(folder) && (await readdir(folder).catch(() => ['a file'])).some((name) => !remains.has(name));

const badFolder = (folder: string, cause: unknown): CodedError =>
  new CodedError('run/bad-folder', `The folder of the results cannot be made or written: ${messageOf(cause)}.`, {
    where: folder,
    hint: 'Give another one with --out.',
    cause,
  });

/** One level after the other: asked for all at once, Node.js tries for ever in file systems such as /proc. */
const makeLevels = async (folder: string): Promise<void> => {
  if (existsSync(folder)) return;
  await makeLevels(dirname(folder));
  await mkdir(folder).catch((error: unknown) => {
    if (!existsSync(folder)) throw error;
  });
};

/** @throws CodedError `run/bad-folder` */
const make = async (folder: string): Promise<string> => {
  try {
    await makeLevels(folder);
    await access(folder, constants.W_OK);
    return folder;
  } catch (cause) {
    throw badFolder(folder, cause);
  }
};

/** @returns whether the folder was made here: another process may be looking for its own at this moment */
const makeFirst = async (folder: string): Promise<boolean> => {
  await make(dirname(folder));
  try {
    await mkdir(folder);
  } catch (error) {
    if (existsSync(folder)) return false;
    throw badFolder(folder, error);
  }
  return true;
};

/**
 * The folder of a new run or sweep: the one asked for, which must be empty or new, or the next free one of
 * `runs/NAME`, `runs/NAME-2`…: nothing is overwritten. It is made.
 * @param hint what to do about a folder that is not empty
 * @throws CodedError `run/folder-in-use`, `run/bad-folder`
 */
export const newFolder = async (
  asked: string | undefined,
  name: string,
  hint = `Give another one with --out, or go on with \`fedsqueeze resume ${asked}\`.`,
): Promise<string> => {
  if (asked !== undefined) {
    if (existsSync(asked) && !(await stat(asked)).isDirectory()) {
      throw new CodedError('run/bad-folder', 'This is a file.', { where: asked, hint: 'Give a folder with --out.' });
    }
    if (!(await hasContent(asked))) return make(asked);
    throw new CodedError('run/folder-in-use', 'The folder is not empty.', {
      where: asked,
      hint,
    });
  }
  for (let count = 1; ; count++) {
    const folder = join('runs', count === 1 ? name : `${name}-${count}`);
    if (!(await hasContent(folder)) && (await makeFirst(folder))) return folder;
  }
};
