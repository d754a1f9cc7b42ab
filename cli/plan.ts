import type { Partition } from '../shared/data/dataset.js';
import type { PartSpec } from '../shared/method/method.js';
import { nestedIn } from '../shared/method/nested/sub-models.js';
import { PartCoder } from '../shared/method/part-coder.js';
import { loadModel } from '../shared/models/load.js';
import { meanClientFlops } from '../shared/scenario/client-flops.js';
import type { LoadedScenario } from '../shared/scenario/load.js';
import { locatingModel } from '../shared/scenario/locate-model.js';
import { checkMemory } from '../shared/scenario/memory.js';
import { networksOfRun } from '../shared/scenario/networks.js';
import { prepareMethod, type Prepared } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import { partsByPlace } from '../shared/scenario/sub-models.js';
import { expandSweep, type SweepPoint } from '../shared/scenario/sweep.js';
import { checkPoints, datasetCache, deal } from './check-points.js';
import { defaultHosts } from './default-hosts.js';

/** Samples are summed up over at most so many clients: a population may have millions. */
const mostClientsSummed = 1_000_000;

export interface DirectionPlan {
  /** Float32 bytes of one transfer. */
  readonly denseBytes: number;
  /** The greatest payload of one transfer that the codec can make, the mean over clients; what it makes is usually less. */
  readonly mostBytes: number;
}

/** A network that some clients have in the place of the whole. */
export interface SubModelPlan {
  readonly width: number;
  readonly parameters: number;
  readonly forwardFlops: number;
  readonly clients: number;
}

/** What a scenario would run, without running it. All bytes are of payloads, without message and socket framing. */
export interface Plan {
  readonly scenario: Scenario;
  readonly examples: {
    readonly train: number;
    readonly validation: number;
    readonly public: number;
    readonly test: number;
  };
  readonly samplesPerClient: {
    readonly min: number;
    readonly median: number;
    readonly max: number;
    readonly mean: number;
  };
  readonly parameters: number;
  /** Floating-point operations of one example's forward pass. */
  readonly forwardFlops: number;
  /** Widest first; null where all clients have the whole network. */
  readonly subModels: readonly SubModelPlan[] | null;
  /** Of the local training of a cohort of average clients. */
  readonly flopsPerRound: number;
  readonly uplink: DirectionPlan;
  readonly downlink: DirectionPlan;
  /** Null without a sweep. */
  readonly points: readonly Pick<SweepPoint, 'name' | 'case' | 'seed' | 'set'>[] | null;
}

const samplesOf = (partition: Partition): Plan['samplesPerClient'] => {
  const sizes = Float64Array.from({ length: Math.min(partition.clients, mostClientsSummed) }, (_, client) =>
    partition.size(client),
  ).sort();
  const middle = sizes.length >> 1;
  const median = sizes.length % 2 === 1 ? sizes[middle] : (sizes[middle - 1] + sizes[middle]) / 2;
  const mean = sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
  return { min: sizes[0], median, max: sizes[sizes.length - 1], mean };
};

const directionsOf = (
  scenario: Scenario,
  prepared: Pick<Prepared, 'evaluated' | 'parts' | 'method' | 'subModels'>,
): Pick<Plan, 'uplink' | 'downlink'> => {
  const denseBytes = 4 * prepared.evaluated.layout.floats;
  const places = partsByPlace(prepared);
  const directionOf = (specs: readonly (readonly PartSpec[])[], coding: Scenario['uplink']): DirectionPlan => ({
    denseBytes,
    mostBytes: specs.reduce((sum, own) => sum + new PartCoder(own, coding).maxBytes, 0) / specs.length,
  });
  return {
    uplink: directionOf(
      places.map(({ up }) => up),
      scenario.uplink,
    ),
    downlink: directionOf(
      places.map(({ down }) => down),
      scenario.downlink,
    ),
  };
};

const subModelsOf = (total: number, { subModels }: Pick<Prepared, 'subModels'>): Plan['subModels'] => {
  if (subModels === null) return null;
  const widths = subModels.all.map(({ width }) => width);
  const clientsOf = (width: number): number => {
    const [whole, rest] = [Math.floor(total / widths.length), total % widths.length];
    return widths.reduce((sum, own, place) => sum + (own === width ? whole + (place < rest ? 1 : 0) : 0), 0);
  };
  return nestedIn(subModels, { width: 1 })
    .toReversed()
    .map(({ width, network: { layout, flops } }) => ({
      width,
      parameters: layout.floats,
      forwardFlops: flops,
      clients: clientsOf(width),
    }));
};

/**
 * Works out what a scenario would run; loads and deals its data, also of all sweep points.
 * @throws CodedError what would stop the run before its first round
 */
export const planOf = async (loaded: LoadedScenario): Promise<Plan> => {
  const { scenario, sweep } = loaded;
  const points = expandSweep(loaded);
  const datasetOf = datasetCache();
  const dataset = await datasetOf(scenario);
  const { partition, validation, publicExamples } = await locatingModel(loaded, () => deal(dataset, scenario));
  const prepared = await locatingModel(loaded, () => {
    const method = prepareMethod(scenario, loadModel(scenario.model, dataset));
    for (const network of networksOfRun(method)) checkMemory(network, defaultHosts(scenario));
    return method;
  });
  if (sweep !== null) await checkPoints(points, datasetOf);
  const samplesPerClient = samplesOf(partition);
  const { evaluated: network } = prepared;
  return {
    scenario,
    examples: {
      train: dataset.train.count - validation.length - publicExamples.length,
      validation: validation.length,
      public: publicExamples.length,
      test: dataset.test.count,
    },
    samplesPerClient,
    parameters: network.layout.floats + network.layout.counters,
    forwardFlops: network.flops,
    subModels: subModelsOf(scenario.clients.total, prepared),
    flopsPerRound: scenario.clients.perRound * meanClientFlops({ scenario, ...prepared }, samplesPerClient.mean),
    ...directionsOf(scenario, prepared),
    points:
      sweep === null ? null : points.map(({ name, case: label, seed, set }) => ({ name, case: label, seed, set })),
  };
};
