import type { StateVector } from '../codec/codec.js';
import type { Layout } from '../params/layout.js';
import type { Parameters } from '../params/parameters.js';
import type { PlugIn } from '../util/registry.js';

/** How a part travels: through the scenario's codec, as exact float32, or as exact 64-bit integers. */
export type Coding = 'codec' | 'exact' | 'integers';

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
  readonly round: number;
  readonly client: number;
  /** The model that the client holds; not changed. */
  readonly model: Parameters;
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

/** How one part's vectors are combined. Plain state: an accumulator that a checkpoint can hold. */
export interface Aggregator {
  fold(update: ReceivedUpdate): void;
  /** @returns the combined vector, null when nothing was folded */
  finish(): Float32Array | null;
}

export interface AggregationRule extends PlugIn {
  begin(part: PartSpec): Aggregator;
}

/** What the round changes: the vector that goes down as the chain's next link, and the exact parts. */
export interface ServerOutcome {
  readonly delta: Float32Array;
  readonly exact: PartValues;
}

export interface ServerRound {
  fold(update: ReceivedUpdate): void;
  /** @returns null when no update was folded: the model keeps every bit */
  finish(): ServerOutcome | null;
}

/** A federated algorithm: its parts up and down, its client half and its server half. */
export interface Method extends PlugIn {
  /** Whether clients keep vectors from round to round, apart from their codecs' residuals. */
  readonly keepsState: boolean;
  parts(layout: Layout): readonly PartSpec[];
  clientRound(task: ClientTask, state: ClientState, train: LocalTraining): Promise<ClientUpdate>;
  serverRound(model: Parameters, rule: AggregationRule): ServerRound;
  /** What happens to tensors that are no weights, in words, for the run log. */
  policies(layout: Layout): Readonly<Record<string, string>>;
}
