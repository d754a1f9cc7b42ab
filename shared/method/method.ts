import type { z } from 'zod';
import type { StateVector } from '../codec/codec.js';
import type { Sends } from '../codec/feedback/feedback.js';
import { parseOptions } from '../options/parse-options.js';
import type { TrainingSpec } from '../engine/engine.js';
import type { CompiledNetwork } from '../models/network.js';
import type { Layout } from '../params/layout.js';
import type { Parameters } from '../params/parameters.js';
import type { PlugIn } from '../util/registry.js';
import type { Pair } from './mentor/pair.js';
import type { NestedLearner } from './nested/learner.js';
import type { SubModels } from './nested/sub-models.js';
import type { ClientLearner, PublicLearner } from './public/learner.js';

/**
 * How a part travels: through the scenario's codec, as exact float32, as exact 64-bit integers, or as which of the weights that
 * lived before are pruned.
 */
export type Coding = 'codec' | 'exact' | 'integers' | 'pruned';

/** One named vector of a task or an update. */
export interface PartSpec {
  readonly name: string;
  readonly coding: Coding;
  /** Names the vector's coordinates. */
  readonly layout: Layout;
}

export type PartValue = Float32Array | BigInt64Array;
export type PartValues = Readonly<Record<string, PartValue>>;

/** Vectors that a client keeps from round to round, by name: plain data. */
export type ClientState = Readonly<Record<string, StateVector>>;

/** Trains on this client's own data from the given parameters; the scenario's `local` part says how. */
export type LocalTraining = (parameters: Parameters) => Promise<{ parameters: Parameters; loss: number }>;

export interface ClientTask {
  /** The run's. */
  readonly seed: number;
  readonly round: number;
  readonly client: number;
  /** The model that the client holds; not changed. */
  readonly model: Parameters;
  /** The client's own network, where the method has {@link PublicLearning}. */
  readonly learner?: ClientLearner;
  /** The client's two networks, where the method has {@link Mentoring}. */
  readonly pair?: Pair;
  /** Trains sub-models of the client's network, where the method does: {@link Method.trainsNested}. */
  readonly nested?: NestedLearner;
}

export interface ClientUpdate {
  readonly parts: PartValues;
  readonly state: ClientState;
  readonly loss: number;
}

/** An accepted update as the server half sees it: still coded, decoded where it is added. */
export interface ReceivedUpdate {
  readonly client: number;
  readonly samples: number;
  /** Adds weight × the part's vector, without making a sparse payload dense. */
  fold(part: string, weight: number, into: Float64Array): void;
  /** The part's integers. */
  integers(part: string): BigInt64Array;
}

/** Vectors that the coordinator keeps from round to round, by name: plain data, in every checkpoint. */
export type ServerState = Readonly<Record<string, Float32Array | Float64Array>>;

/** What a rule gets of a round. */
export interface AggregationTask {
  readonly part: PartSpec;
  /** What the same rule gave after the last round that changed the model; not changed. */
  readonly state: ServerState;
  readonly seed: number;
  readonly round: number;
}

/** A combined vector, and what the rule keeps for the next round. */
export interface Aggregated {
  readonly value: Float32Array;
  readonly state: ServerState;
}

/** How one part's vectors are combined in one round. */
export interface Aggregator {
  fold(update: ReceivedUpdate): void;
  /** @returns null when nothing was folded */
  finish(): Aggregated | null;
}

/** A rule with its options. */
export interface Aggregation {
  begin(task: AggregationTask): Aggregator;
}

/** A way to combine what clients send. */
export interface AggregationRule extends PlugIn {
  /** What it takes a client's decoded vector for; the uplink's error feedback must send the same. */
  readonly takes: Sends;
  /** @throws CodedError `argument/invalid` */
  create(options: unknown): Aggregation;
}

/** Declares a rule; its options are checked before `create` sees them. */
export const defineAggregation = <S extends z.ZodObject>(
  rule: Omit<AggregationRule, 'options' | 'create'> & { options: S; create(options: z.infer<S>): Aggregation },
): AggregationRule => ({
  ...rule,
  create: (options) => rule.create(parseOptions(rule.name, rule.options, options)),
});

/** What the round changes: the vector that goes down as the chain's next link, and the exact parts. */
export interface ModelChange {
  readonly delta: Float32Array;
  readonly exact: PartValues;
  /** Weights that are pruned from now on: positions in the vector of weights, ascending. Left out: none. */
  readonly pruned?: Uint32Array;
}

export interface ServerOutcome extends ModelChange {
  readonly state: ServerState;
}

export interface ServerRound {
  fold(update: ReceivedUpdate): void;
  /** @returns null when no update was folded: the model and the server's state keep every bit */
  finish(): ServerOutcome | null;
  /**
   * What the coordinator then learns from the public examples, in a process of its own.
   * @param outcome what `finish` gave
   */
  refine?(outcome: ServerOutcome, learner: PublicLearner): Promise<ServerOutcome>;
}

/** What the server half gets of a round. */
export interface ServerTask {
  /** The model that the clients were sent; not changed. */
  readonly model: Parameters;
  /** How updates are combined, where the method leaves that open. */
  readonly aggregation: Aggregation;
  /** What the last round that changed the model left; not changed. */
  readonly state: ServerState;
  readonly seed: number;
  readonly round: number;
  /** How many classes the network tells apart. */
  readonly classes?: number;
  /** What clients have in the place of the network, where that differs. */
  readonly subModels?: SubModels;
}

/** What travels: parts of an update, and parts of a link of the chain, of which one named `delta` is coded. */
export interface Parts {
  readonly up: readonly PartSpec[];
  readonly down: readonly PartSpec[];
}

/** What clients and coordinator learn, where that is not the network's weights but what they are made of. */
export interface Parameterization {
  /** The network with the model in the place of its weights: the same tensors, of which the role `weight` is learnt. */
  readonly network: CompiledNetwork;
  /** Whether the model is no network's weights at all: the engine has nothing to train in it. */
  readonly isTable?: boolean;
  /** How training sees the model. */
  readonly training: Pick<TrainingSpec, 'weightTransform' | 'fakeQuantization' | 'hooks'>;
  /** The network's weights, to be evaluated and kept, of the model and the server's state after a round. */
  weights(model: Parameters, round: number, state: ServerState): Parameters;
}

/** How a method learns from the public examples. */
export interface PublicLearning {
  /** What softens the labels in distillation. */
  readonly temperature: number;
  /** Whether clients need the public examples, so that they are sent them. */
  readonly atClients: boolean;
  /** Passes of a client over the public examples in a round. */
  readonly epochs: number;
  /** The networks that clients have for themselves, one at least; the client of number n has that at n modulo their number. */
  networks(network: CompiledNetwork): readonly CompiledNetwork[];
}

/** How the network that travels and one that stays with its client learn from each other. */
export interface Mentoring {
  readonly temperature: number;
  /** Part of the loss that is the other's answers. */
  readonly alpha: number;
  /** The network that stays. */
  network(network: CompiledNetwork): CompiledNetwork;
}

/** The model is the network's weights. */
export const plainParameterization = (network: CompiledNetwork): Parameterization => ({
  network,
  training: {},
  weights: (model) => model,
});

/** A federated algorithm with its options: its parts up and down, its client half and its server half, both pure. */
export interface Method {
  /**
   * What the model is, where it is not the network's weights.
   * @param seed the run's
   * @param publicExamples their number
   */
  parameterize?(network: CompiledNetwork, seed: number, publicExamples: number): Parameterization;
  /** Where it learns from public examples: the scenario must have some. */
  readonly publicLearning?: PublicLearning;
  /** Where each client has a network beside the one that travels. */
  readonly mentoring?: Mentoring;
  /**
   * Networks nested in the scenario's that clients have in its place; a client's model, task and update are of its own one.
   * @throws CodedError `method/no-sub-model`
   */
  subModels?(network: CompiledNetwork): SubModels;
  /** Clients that it takes for one of them to have the whole network; 1 where left out. */
  readonly leastClients?: number;
  /** Whether clients also train what is nested in their own network. */
  readonly trainsNested?: boolean;
  /** @param layout of the model, or of a client's sub-model */
  parts(layout: Layout): Parts;
  clientRound(task: ClientTask, state: ClientState, train: LocalTraining): Promise<ClientUpdate>;
  serverRound(task: ServerTask): ServerRound;
  /** What happens to tensors that are no weights, in words, for the run log. */
  policies(layout: Layout): Readonly<Record<string, string>>;
}

/** A federated algorithm. */
export interface MethodPlugIn extends PlugIn {
  /** Aggregation rules that it can use, by name; null: all. */
  readonly aggregations: readonly string[] | null;
  /** Whether what goes through the codec both ways are differences of the network's weights: pruning leaves numbers out of these. */
  readonly sendsWeights?: boolean;
  /** Whether what goes up through the codec are masks, of which it must keep every zero and one. */
  readonly sendsMasks?: boolean;
  /** Whether what goes through the codec both ways are small integers, of which it must keep every one. */
  readonly sendsIntegers?: boolean;
  /** @throws CodedError `argument/invalid` */
  create(options: unknown): Method;
}

/** Declares a method; its options are checked before `create` sees them. */
export const defineMethod = <S extends z.ZodObject>(
  method: Omit<MethodPlugIn, 'options' | 'create'> & { options: S; create(options: z.infer<S>): Method },
): MethodPlugIn => ({
  ...method,
  create: (options) => method.create(parseOptions(method.name, method.options, options)),
});
