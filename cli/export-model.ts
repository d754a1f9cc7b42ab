import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exportOnnx } from '../shared/engine/onnx/export.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import { CodedError, messageOf } from '../shared/util/errors.js';
import { loadRunModel } from './run-model.js';

/** Writes the file, and its folder where that is not there yet. */
export const writeModel = async (path: string, model: Uint8Array): Promise<void> => {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeAtomic(path, model);
  } catch (cause) {
    await rm(`${path}.new`, { force: true }).catch(() => undefined);
    throw new CodedError('argument/invalid', `The file cannot be written: ${messageOf(cause)}.`, {
      where: path,
      hint: 'Give --out the name of a file, in a folder that can be written.',
      cause,
    });
  }
};

/**
 * The `export` command: a run's model as an ONNX file.
 * @param out the file; undefined: `model.onnx` in the folder
 * @returns the file's path
 * @throws CodedError `run/no-model`, `argument/invalid`, `params/...`, `scenario/...`, `data/...`
 */
export const exportModel = async (folder: string, out: string | undefined): Promise<string> => {
  if (out === '') throw new CodedError('argument/invalid', 'The name of a file is missing.', { where: '--out' });
  const { dataset, network, parameters } = await loadRunModel(folder);
  const path = out ?? join(folder, 'model.onnx');
  await writeModel(path, exportOnnx(network, parameters, { scale: dataset.scale }));
  return path;
};
