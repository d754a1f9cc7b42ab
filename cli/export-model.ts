import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadDataset } from '../shared/data/load.js';
import { exportOnnx } from '../shared/engine/onnx/export.js';
import { loadModel } from '../shared/models/load.js';
import { decodeModel } from '../shared/params/model-file.js';
import { loadScenario } from '../shared/scenario/load.js';
import { writeAtomic } from '../shared/util/atomic-file.js';
import { CodedError } from '../shared/util/errors.js';

/**
 * The `export` command: a finished run's model as an ONNX file.
 * @returns the file's path
 * @throws CodedError `run/no-model`
 */
export const exportModel = async (folder: string, out: string | undefined): Promise<string> => {
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
  await writeAtomic(path, exportOnnx(compiled, parameters, { scale: dataset.scale }));
  return path;
};
