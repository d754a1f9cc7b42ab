import { existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { loadDataset } from '../shared/data/load.js';
import { exportOnnx } from '../shared/engine/onnx/export.js';
import { loadModel } from '../shared/models/load.js';
import { decodeModel } from '../shared/params/model-file.js';
import { loadScenario } from '../shared/scenario/load.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import { CodedError, messageOf } from '../shared/util/errors.js';

/** Writes the file, and its folder where that is not there yet. */
const writeModel = async (path: string, model: Uint8Array): Promise<void> => {
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
  const [scenarioFile, modelFile] = [join(folder, 'scenario.yaml'), join(folder, 'model.fsq')];
  if (!existsSync(scenarioFile) || !existsSync(modelFile)) {
    throw new CodedError('run/no-model', 'There is no trained model in this folder.', {
      where: folder,
      hint: 'Give the folder of a run that is done: it holds scenario.yaml and model.fsq.',
    });
  }
  const { scenario } = await loadScenario(scenarioFile);
  const dataset = await loadDataset({ name: scenario.dataset.name, folder: scenario.dataset.folder });
  const compiled = loadModel(scenario.model, dataset);
  const parameters = decodeModel(await readFile(modelFile), compiled.layout, modelFile);
  const path = out ?? join(folder, 'model.onnx');
  await writeModel(path, exportOnnx(compiled, parameters, { scale: dataset.scale }));
  return path;
};
