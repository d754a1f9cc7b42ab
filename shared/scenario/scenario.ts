import type { Choice } from '../util/registry.js';

/** How a vector is coded: stages one after the other; without stages it travels as float32. */
export interface CodingScenario {
  /** Off, on (`residual` with its defaults), or a strategy of error feedback with its options. */
  readonly errorFeedback: boolean | Choice;
  /** Whether the stages see the whole model as one vector or each tensor by itself. */
  readonly scope: 'model' | 'tensor';
  readonly stages: readonly Choice[];
}

/** A resolved scenario: one experiment with every default filled in. It is valid input again. */
export interface Scenario {
  readonly name: string;
  readonly seed: number;
  readonly rounds: number;
  readonly dataset: {
    readonly name: string;
    /** A folder with the four IDX files, for datasets that do not come with the package. */
    readonly folder: string | null;
    /** Part of the training examples held out for stopping and choosing, 0 ≤ v < 1. */
    readonly validation: number;
    /** Training examples without labels that everyone knows, and whether clients are sent them; null: none. */
    readonly public: { readonly examples: number; readonly send: boolean } | null;
    readonly partition: Choice;
  };
  readonly model: Choice;
  readonly clients: { readonly total: number; readonly perRound: number };
  readonly local: {
    readonly epochs: number;
    readonly batchSize: number;
    readonly optimizer: Choice;
    readonly loss: Choice;
    /** How the learning rate goes over the rounds. */
    readonly schedule: Choice;
    /** The greatest Euclidean norm of a batch's gradient; null: none. */
    readonly clipNorm: number | null;
  };
  readonly method: Choice;
  readonly aggregation: Choice;
  readonly uplink: CodingScenario;
  readonly downlink: CodingScenario & {
    readonly send: 'delta' | 'model';
    /** Exponent e: weights are multiples of 2^−e at first, so that changes on that lattice add up exactly; null: as drawn. */
    readonly lattice: number | null;
  };
  /** Bits a second and seconds; null: no simulated time. */
  readonly network: {
    readonly uplink: number;
    readonly downlink: number;
    readonly latency: number;
    /** Sigma of the log-normal factor by which a client's links and device are slower or faster; 0: all alike. */
    readonly spread: number;
    /** FLOP a second of a client's device; null: computing takes no time. */
    readonly compute: number | null;
  } | null;
  /** `deadline` in simulated seconds from the round's start, null for none; `watchdog` in real seconds without progress. */
  readonly round: { readonly deadline: number | null; readonly watchdog: number };
  readonly connections: 'persistent' | 'round';
  readonly evaluate: {
    readonly every: number;
    readonly targets: readonly number[];
    readonly split: 'test' | 'validation';
  };
  readonly stop: { readonly accuracy: number | null };
  /** Methods of model compression while the federation trains, and steps on the model after the last round. */
  readonly modelCompression: { readonly during: readonly Choice[]; readonly after: readonly Choice[] };
  readonly engine: 'auto' | 'onnx' | 'tfjs';
  /** Version and form of the engine that a run was made with; another gives other bits. Null: whatever is here. */
  readonly engineVersion: string | null;
  /** Real seconds between checkpoints, at least; 0: after every round. */
  readonly checkpoint: { readonly seconds: number };
}
