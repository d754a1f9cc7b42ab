import { access, readFile } from 'node:fs/promises';
import { CodedError, messageOf } from '../shared/util/errors.js';

/** @returns whether there is a file or folder of that name */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** @returns the file's text @throws CodedError `report/bad-file` */
export const readText = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new CodedError('report/bad-file', `The file cannot be read: ${messageOf(cause)}.`, {
      where: path,
      hint: 'A run folder holds run.jsonl and scenario.yaml.',
      cause,
    });
  }
};
