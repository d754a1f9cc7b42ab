import type { Dataset, Examples, Partition } from '../data/dataset.js';
import { dealPartition, loadDataset, type Dealing } from '../data/load.js';
import { publicSetOf } from '../data/public-set.js';
import { foreseePipeline } from '../compression/foresee.js';
import type { Pruner } from '../compression/during/pruner.js';
import { methods } from '../method/index.js';
import { plainParameterization, type Method, type Parameterization, type Parts } from '../method/method.js';
import type { SubModels } from '../method/nested/sub-models.js';
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
  /** Training examples that everyone knows, without labels; null where there are none. */
  readonly publicSet: Examples | null;
  /** The scenario's network, as it is evaluated and kept. */
  readonly evaluated: CompiledNetwork;
  /** As the method's model has it. */
  readonly network: CompiledNetwork;
  readonly parameterization: Parameterization;
  readonly method: Method;
  /** Which weights go while the federation trains, and when; null: none do. */
  readonly pruner: Pruner | null;
  readonly parts: Parts;
  /** What clients have in the place of the network; null: the network. */
  readonly subModels: SubModels | null;
}

/** The parts of a scenario that need no data: its method, what the method learns and what it sends. */
export const prepareMethod = (
  scenario: Scenario,
  network: CompiledNetwork,
): Pick<Prepared, 'evaluated' | 'network' | 'parameterization' | 'method' | 'pruner' | 'parts' | 'subModels'> => {
  const [plugIn, options] = methods.chosen(scenario.method);
  const plain = plugIn.create(options);
  const publicExamples = scenario.dataset.public?.examples ?? 0;
  const learns = plain.parameterize?.(network, scenario.seed, publicExamples) ?? plainParameterization(network);
  const compressed = withCompression(scenario, network, plain, learns);
  const { method, parameterization } = compressed;
  const { network: learnt } = parameterization;
  foreseePipeline(scenario.modelCompression.after, network, 'modelCompression.after');
  const subModels = method.subModels?.(network) ?? null;
  return { evaluated: network, network: learnt, ...compressed, parts: method.parts(learnt.layout), subModels };
};

/** How a scenario deals its dataset. */
export const dealingOf = ({ partition, validation, public: shared }: Scenario['dataset']): Dealing => ({
  partition,
  validation,
  publicExamples: shared?.examples ?? 0,
});

/** Loads the data, deals it and compiles the network. @throws CodedError `data/…`, `model/…` */
export const prepare = async (scenario: Scenario): Promise<Prepared> => {
  const { name, folder } = scenario.dataset;
  const dataset = await loadDataset({ name, folder });
  const { partition, validation, publicExamples } = dealPartition(
    dataset,
    dealingOf(scenario.dataset),
    scenario.clients.total,
    scenario.seed,
  );
  const publicSet = publicExamples.length === 0 ? null : publicSetOf(dataset, publicExamples);
  const network = loadModel(scenario.model, dataset);
  return { scenario, dataset, partition, validation, publicSet, ...prepareMethod(scenario, network) };
};
