import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '../shared/data/dataset.js';
import { loadDataset } from '../shared/data/load.js';
import { loadModel } from '../shared/models/load.js';
import type { CompiledNetwork } from '../shared/models/network.js';
import { decodeModel } from '../shared/params/model-file.js';
import type { Parameters } from '../shared/params/parameters.js';
import { loadScenario } from '../shared/scenario/load.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { CodedError } from '../shared/util/errors.js';

/** What a run has trained, and on what. */
export interface RunModel {
  readonly scenario: Scenario;
  readonly dataset: Dataset;
  readonly network: CompiledNetwork;
  readonly parameters: Parameters;
}

/** @throws CodedError `run/no-model`, `params/...`, `scenario/...`, `data/...` */
export const loadRunModel = async (folder: string): Promise<RunModel> => {
  const [scenarioFile, modelFile] = [join(folder, 'scenario.yaml'), join(folder, 'model.fsq')];
  if (!existsSync(scenarioFile) || !existsSync(modelFile)) {
    throw new CodedError('run/no-model', 'There is no trained model in this folder.', {
      where: folder,
      hint: existsSync(join(folder, 'sweep.json'))
        ? 'It is the folder of a sweep: give one of its runs, as in points/NAME.'
        : 'Give the folder of a run that is done: it holds scenario.yaml and model.fsq.',
    });
  }
  const { scenario } = await loadScenario(scenarioFile);
  const dataset = await loadDataset({ name: scenario.dataset.name, folder: scenario.dataset.folder });
  const network = loadModel(scenario.model, dataset);
  const parameters = decodeModel(await readFile(modelFile), network.layout, modelFile);
  return { scenario, dataset, network, parameters };
};
