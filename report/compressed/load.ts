import { join } from 'node:path';
import {
  compressionFileName,
  compressionFileVersion,
  type CompressionFile,
} from '../../shared/runlog/compression-file.js';
import { CodedError } from '../../shared/util/errors.js';
import { exists, readText } from '../files.js';

const isCompressionFile = (value: unknown): value is CompressionFile => {
  if (typeof value !== 'object' || value === null) return false;
  const { v, stages, steps } = value as Partial<CompressionFile>;
  return typeof v === 'number' && Array.isArray(stages) && Array.isArray(steps);
};

const hint = 'Make it again with `fedsqueeze compress`.';

/** @returns whether the folder is one of model compression */
export const isCompressionFolder = (folder: string): Promise<boolean> => exists(join(folder, compressionFileName));

/** @throws CodedError `report/bad-file` */
export const readCompression = async (folder: string): Promise<CompressionFile> => {
  const path = join(folder, compressionFileName);
  const text = await readText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new CodedError('report/bad-file', 'The file is not JSON.', { where: path, hint, cause });
  }
  if (isCompressionFile(value) && value.v <= compressionFileVersion) return value;
  throw new CodedError('report/bad-file', `This is no ${compressionFileName} of version ${compressionFileVersion}.`, {
    where: path,
    hint,
  });
};
