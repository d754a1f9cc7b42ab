import type { Dataset, Partition } from '../data/dataset.js';
import { dealPartition, loadDataset } from '../data/load.js';
import type { Pruner } from '../compression/during/pruner.js';
import { methods } from '../method/index.js';
import { plainParameterization, type Method, type Parameterization, type Parts } from '../method/method.js';
import { loadModel } from '../models/load.js';
import type { CompiledNetwork } from '../models/network.js';
import { withCompression } from './compression.js';
import type { Scenario } from './scenario.js';

/** What every process of a run makes of the scenario for itself, and equal. */
export interface Prepared {
  readonly scenario: Scenario;
  readonly dataset: Dataset;
  readonly partition: Partition;
  /** Training examples held out of the partition. */
  readonly validation: Int32Array;
  /** As the method's model has it. */
  readonly network: CompiledNetwork;
  readonly parameterization: Parameterization;
  readonly method: Method;
  /** Which weights go while the federation trains, and when; null: none do. */
  readonly pruner: Pruner | null;
  readonly parts: Parts;
}

/** The parts of a scenario that need no data: its method, what the method learns and what it sends. */
export const prepareMethod = (
  scenario: Scenario,
  network: CompiledNetwork,
): Pick<Prepared, 'network' | 'parameterization' | 'method' | 'pruner' | 'parts'> => {
  const [plugIn, options] = methods.chosen(scenario.method);
  const plain = plugIn.create(options);
  const learns = plain.parameterize?.(network, scenario.seed) ?? plainParameterization(network);
  const compressed = withCompression(scenario, network, plain, learns);
  const { method, parameterization } = compressed;
  const { network: learnt } = parameterization;
  return { network: learnt, ...compressed, parts: method.parts(learnt.layout) };
};

/** Loads the data, deals it and compiles the network. @throws CodedError `data/…`, `model/…` */
export const prepare = async (scenario: Scenario): Promise<Prepared> => {
  const { name, folder, validation: fraction, partition: choice } = scenario.dataset;
  const dataset = await loadDataset({ name, folder });
  const { partition, validation } = dealPartition(
    dataset,
    { partition: choice, validation: fraction },
    scenario.clients.total,
    scenario.seed,
  );
  const network = loadModel(scenario.model, dataset);
  return { scenario, dataset, partition, validation, ...prepareMethod(scenario, network) };
};
