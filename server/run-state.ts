import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import {
  adaptationOf,
  clientLevels,
  firstLevels,
  nextLevels,
  type LevelState,
} from '../shared/codec/adaptive-levels.js';
import { initialModel } from '../shared/method/chain.js';
import type { ServerState } from '../shared/method/method.js';
import { PartCoder } from '../shared/method/part-coder.js';
import { modelHash } from '../shared/params/parameters.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import type { Scenario } from '../shared/scenario/scenario.js';
import type { Checkpoints, Manifest } from './checkpoint.js';
import { Downlink, type DownlinkOptions } from './downlink.js';
import type { RoundOutcome } from './round.js';
import { StateStore } from './state-store.js';

/** All that a run goes on from: what a checkpoint holds, and nothing else changes from round to round. */
export interface RunState {
  readonly runId: string;
  readonly downlink: Downlink;
  readonly states: StateStore;
  /** The version that each client holds, by client. */
  readonly holds: Map<number, number>;
  /** What the method keeps from round to round. */
  server: ServerState;
  /** How many levels the clients' quantizers have, where that adapts; null elsewhere. */
  levels: LevelState | null;
  /** The last closed round. */
  round: number;
  /** Whether the scenario's stop rule has fired. */
  stopped: boolean;
}

const downlinkOptions = ({ scenario, parts }: Prepared): DownlinkOptions => {
  const { send, lattice, ...coding } = scenario.downlink;
  return { seed: scenario.seed, send, lattice, coding, specs: parts.down };
};

/** Levels of each client's quantizer in the next round, in the cohort's order; null where they don't adapt. */
export const levelsOf = (
  { levels }: Pick<RunState, 'levels'>,
  cohort: readonly number[],
  { scenario, partition }: Pick<Prepared, 'scenario' | 'partition'>,
): number[] | null => {
  const adaptation = adaptationOf(scenario.uplink.stages);
  if (adaptation === null || levels === null) return null;
  return clientLevels(
    adaptation,
    levels,
    cohort.map((client) => partition.size(client)),
  );
};

/** What a run has before its data and model are there: its identity and its clients' states. */
export type RunBase = Pick<RunState, 'runId' | 'states'>;

/** @param manifest of the checkpoint to go on from; null: the run begins, and what an earlier one left goes */
export const openBase = async (checkpoints: Checkpoints, manifest: Manifest | null): Promise<RunBase> => {
  if (manifest === null) {
    await rm(checkpoints.folder, { recursive: true, force: true });
    return { runId: randomBytes(4).toString('hex'), states: new StateStore(checkpoints.stateFolder) };
  }
  const states = new StateStore(checkpoints.stateFolder, manifest.states);
  await states.prune();
  return { runId: manifest.runId, states };
};

/** A run's state from its beginning. */
export const freshState = (base: RunBase, prepared: Prepared): RunState => {
  const { network, pruner, scenario } = prepared;
  const initial = initialModel(network, scenario.seed, scenario.downlink.lattice, pruner !== null);
  const downlink = Downlink.begin(downlinkOptions(prepared), initial);
  const adaptation = adaptationOf(scenario.uplink.stages);
  const levels = adaptation === null ? null : firstLevels(adaptation);
  return { ...base, downlink, server: {}, levels, holds: new Map(), round: 0, stopped: false };
};

/**
 * A run's state as of its checkpoint.
 * @throws CodedError `checkpoint/…`, `params/…`
 */
export const restoredState = async (
  base: RunBase,
  prepared: Prepared,
  checkpoints: Checkpoints,
  manifest: Manifest,
): Promise<RunState> => {
  const { scenario, parts, network } = prepared;
  const options = downlinkOptions(prepared);
  const coder = new PartCoder(parts.down, options.coding);
  const { downlink, server } = await checkpoints.read(manifest, network.layout, coder, scenario.seed);
  const { round, stopped, holds, levels } = manifest;
  return { ...base, downlink: new Downlink(options, downlink), server, levels, holds: new Map(holds), round, stopped };
};

/** Takes a closed round over: what the clients hold and keep now. States of updates that didn't count go. */
export const commitRound = async (
  state: RunState,
  round: number,
  outcome: RoundOutcome,
  { uplink }: Scenario,
): Promise<void> => {
  const counted = new Set(outcome.staged);
  for (const client of outcome.delivered) state.holds.set(client, outcome.version);
  state.states.commit(round, outcome.staged);
  if (outcome.change !== null) state.server = outcome.change.state;
  const adaptation = adaptationOf(uplink.stages);
  if (adaptation !== null && state.levels !== null && outcome.trainLoss !== null) {
    state.levels = nextLevels(adaptation, state.levels, outcome.trainLoss);
  }
  state.round = round;
  await state.states.discard(
    round,
    outcome.delivered.filter((client) => !counted.has(client)),
  );
};

/** Makes the state durable. */
export const writeCheckpoint = async (
  checkpoints: Checkpoints,
  { runId, downlink, server, levels, states, holds, round, stopped }: RunState,
  log: { logBytes: number; scenarioHash: string; repeatable: boolean },
): Promise<void> => {
  await checkpoints.write({
    runId,
    round,
    stopped,
    ...log,
    modelHash: modelHash(downlink.model),
    states: await states.sync(),
    holds: [...holds],
    downlink: downlink.snapshot(),
    server,
    levels,
  });
  await states.checkpointed();
};
