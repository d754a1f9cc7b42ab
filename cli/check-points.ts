import type { Dataset } from '../shared/data/dataset.js';
import { dealPartition, loadDataset } from '../shared/data/load.js';
import { LayerError } from '../shared/models/layer-error.js';
import { loadModel } from '../shared/models/load.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import type { SweepPoint } from '../shared/scenario/sweep.js';
import { CodedError } from '../shared/util/errors.js';

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
export const deal = (dataset: Dataset, { clients, dataset: { partition, validation }, seed }: Scenario) =>
  dealPartition(dataset, { partition, validation }, clients.total, seed);

/** Builds a point's network; what is wrong with a layer names the point. */
const buildModel = (name: string, scenario: Scenario, dataset: Dataset): void => {
  try {
    loadModel(scenario.model, dataset);
  } catch (error) {
    if (!(error instanceof LayerError)) throw error;
    throw new CodedError(error.code, error.message, {
      where: `sweep point ${name}: ${error.layer.text} of the model ${Object.keys(scenario.model)[0]}`,
      cause: error,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
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
