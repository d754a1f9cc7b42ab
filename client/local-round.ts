import type { CodecHints, Measures } from '../shared/codec/codec.js';
import type { LoadedExamples, Trainer } from '../shared/engine/engine.js';
import type { ClientState, LocalTraining } from '../shared/method/method.js';
import { livingOf } from '../shared/method/pruning/living.js';
import { stateOf, prefixState, type PartCoder } from '../shared/method/part-coder.js';
import { trainingMask } from '../shared/method/pruning/with-pruning.js';
import type { Parameters } from '../shared/params/parameters.js';
import type { Prepared } from '../shared/scenario/prepare.js';
import type { Learners } from '../shared/scenario/training/learners.js';
import { localTaskOf } from '../shared/scenario/training/local-task.js';
import type { Mentors } from '../shared/scenario/training/mentors.js';
import type { NestedTrainers } from '../shared/scenario/training/nested-trainers.js';

/** What a host has for all its clients of one network. */
export interface Workplace {
  readonly prepared: Prepared;
  readonly trainer: Trainer;
  readonly examples: LoadedExamples;
  readonly coder: PartCoder;
  /** Of methods that learn from public examples; null elsewhere. */
  readonly learners: Learners | null;
  /** Of methods whose clients have a network that stays with them; null elsewhere. */
  readonly mentors: Mentors | null;
  /** Of methods whose clients train sub-models of their network; null elsewhere. */
  readonly nested: NestedTrainers | null;
}

export interface LocalResult {
  readonly samples: number;
  readonly loss: number;
  /** Coded parts in the method's order. */
  readonly payloads: readonly Uint8Array[];
  /** What coding each part cost and lost, in the same order. */
  readonly measures: readonly Measures[];
  /** What the client keeps if the update is accepted. */
  readonly state: ClientState;
}

/** Local training as the scenario says, on this client's own data; what is pruned stays so. */
const localTraining =
  ({ prepared, trainer, examples }: Workplace, { round, client, model }: LocalTask): LocalTraining =>
  async (parameters) => {
    const mask = prepared.pruner === null ? {} : { mask: trainingMask(model) };
    const task = { ...localTaskOf(prepared, round, client), parameters: parameters.floats, ...mask };
    const { parameters: floats, loss } = await trainer.train(examples, task);
    return { parameters: { ...parameters, floats }, loss };
  };

/** What a client's round begins with. */
export interface LocalTask {
  readonly round: number;
  readonly client: number;
  /** The model that the client holds now; not changed. */
  readonly model: Parameters;
  /** What the client kept; not changed. */
  readonly state: ClientState;
  readonly hints: CodecHints;
}

/**
 * One client's round: train, then code each part of the update. The model and the state go in, the coded update and the
 * new state come out.
 * @throws CodedError `engine/diverged`, `codec/not-finite`
 */
export const localRound = async (workplace: Workplace, localTask: LocalTask): Promise<LocalResult> => {
  const { round, client, model, state, hints } = localTask;
  const { prepared, coder, examples, learners, mentors, nested: trainers } = workplace;
  const { method, scenario, partition } = prepared;
  const key = { seed: scenario.seed, round, client };
  const learner = learners === null ? {} : { learner: learners.client(examples, round, client) };
  const pair = mentors === null ? {} : { pair: mentors.pair(examples, round, client) };
  const nested = trainers === null ? {} : { nested: trainers.client(examples, round, client) };
  const task = { ...key, model, ...learner, ...pair, ...nested };
  const update = await method.clientRound(task, state, localTraining(workplace, localTask));
  const payloads: Uint8Array[] = [];
  const measures: Measures[] = [];
  let kept: ClientState = update.state;
  const living = prepared.pruner === null ? null : livingOf(model);
  for (const spec of coder.specs) {
    const coded = coder.encode(spec, update.parts[spec.name], key, stateOf(state, spec.name), hints, living);
    payloads.push(coded.payload);
    measures.push(coded.measures);
    kept = { ...kept, ...prefixState(coded.state, spec.name) };
  }
  return { samples: partition.size(client), loss: update.loss, payloads, measures, state: kept };
};
