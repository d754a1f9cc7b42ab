import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '../shared/util/errors.js';

const hasContent = async (folder: string): Promise<boolean> =>
  existsSync(folder) && (await readdir(folder).catch(() => ['a file'])).length > 0;

/**
 * The folder of a new run or sweep: the one asked for, which must be empty or new, or the next free one of
 * `runs/NAME`, `runs/NAME-2`…: nothing is overwritten.
 * @throws CodedError `run/folder-in-use`
 */
export const newFolder = async (asked: string | undefined, name: string): Promise<string> => {
  if (asked !== undefined) {
    if (!(await hasContent(asked))) return asked;
    throw new CodedError('run/folder-in-use', 'The folder is not empty.', {
      where: asked,
      hint: `Give another one with --out, or go on with \`fedsqueeze resume ${asked}\`.`,
    });
  }
  for (let count = 1; ; count++) {
    const folder = join('runs', count === 1 ? name : `${name}-${count}`);
    if (!(await hasContent(folder))) return folder;
  }
};
