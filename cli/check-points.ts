import type { Dataset } from '../shared/data/dataset.js';
import { dealPartition, loadDataset } from '../shared/data/load.js';
import { loadModel } from '../shared/models/load.js';
import { layerText } from '../shared/scenario/locate-model.js';
import { checkMemory } from '../shared/scenario/memory.js';
import { dealingOf } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import type { SweepPoint } from '../shared/scenario/sweep.js';
import { CodedError } from '../shared/util/errors.js';
import { defaultHosts } from './default-hosts.js';

/** Loads each dataset once. */
export const datasetCache = (): ((scenario: Scenario) => Promise<Dataset>) => {
  const loaded = new Map<string, Promise<Dataset>>();
  return ({ dataset: { name, folder } }) => {
    const key = JSON.stringify([name, folder]);
    const dataset = loaded.get(key) ?? loadDataset({ name, folder });
    loaded.set(key, dataset);
    return dataset;
  };
};

/** Deals a scenario's training examples to its clients. */
export const deal = (dataset: Dataset, { clients, dataset: dealing, seed }: Scenario) =>
  dealPartition(dataset, dealingOf(dealing), clients.total, seed);

/** Builds a point's network; what is wrong with it names the point. */
const buildModel = (name: string, scenario: Scenario, dataset: Dataset): void => {
  try {
    checkMemory(loadModel(scenario.model, dataset), defaultHosts(scenario));
  } catch (error) {
    if (!(error instanceof CodedError) || !error.code.startsWith('model/')) throw error;
    throw error.at(`sweep point ${name}${layerText(Object.keys(scenario.model)[0], error)}`);
  }
};

/**
 * Deals every different partition of a sweep and builds every network, to find what cannot run before anything does.
 * @throws CodedError `data/…`, `model/…`
 */
export const checkPoints = async (points: readonly SweepPoint[], datasetOf = datasetCache()): Promise<void> => {
  const checked = new Set<string>();
  for (const { name, scenario } of points) {
    const { clients, dataset, model, seed } = scenario;
    const key = JSON.stringify([clients.total, dataset, model, seed]);
    if (checked.has(key)) continue;
    checked.add(key);
    const examples = await datasetOf(scenario);
    deal(examples, scenario);
    buildModel(name, scenario, examples);
  }
};
