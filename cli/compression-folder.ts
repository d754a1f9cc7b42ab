import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compressedFolder, compressionFileName, type CompressionFile } from '../shared/runlog/compression-file.js';
import { CompressionResults, type Pipeline } from './compression-results.js';
import { newFolder } from './folders.js';

export interface CompressionFolder {
  readonly folder: string;
  /** Whether the same pipeline was interrupted or killed in it and goes on. */
  readonly goesOn: boolean;
}

const isUnfinished = async (folder: string, pipeline: Pipeline): Promise<boolean> => {
  try {
    const file = await readFile(join(folder, compressionFileName), 'utf8');
    const { exit } = JSON.parse(file) as Partial<CompressionFile>;
    const isOver = exit === 'done' || exit === 'failed';
    return !isOver && (await new CompressionResults(folder, pipeline).standing()) !== null;
  } catch {
    // What cannot be read cannot be gone on with.
    return false;
  }
};

const refusal =
  'Give another one with --out. Only a pipeline that was interrupted here goes on: same steps, same seed, same model.';

/**
 * The folder of a pipeline's results: the one asked for, or the first of `compressed`, `compressed-2`… in the run's folder that
 * is not there yet, or where the same pipeline was interrupted or killed.
 * @throws CodedError `run/folder-in-use`, `run/bad-folder`
 */
export const compressionFolder = async (
  run: string,
  asked: string | undefined,
  pipeline: Pipeline,
): Promise<CompressionFolder> => {
  for (let count = 1; ; count++) {
    const folder = asked ?? join(run, count === 1 ? compressedFolder : `${compressedFolder}-${count}`);
    if (await isUnfinished(folder, pipeline)) return { folder, goesOn: true };
    if (asked === undefined && existsSync(folder)) continue;
    return { folder: await newFolder(folder, compressedFolder, refusal), goesOn: false };
  }
};
