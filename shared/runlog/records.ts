/** Version of the record schema, `v` in every line. */
export const recordVersion = 1;

/** What adds up over transfers, rounds and runs, in one direction. */
export interface DirectionSums {
  /** 4 × numbers in the full global model × completed transfers: what float32 FedAvg would send. */
  denseBytes: number;
  /** Coded parts. */
  payloadBytes: number;
  /** Values and indices in the coded parts, without headers, scales and tables. */
  valueBytes: number;
  /** WebSocket messages: payloads, frame headers and message fields. */
  messageBytes: number;
  /** The formula papers use. */
  naiveBytes: number;
  /** Empirical entropy; null where nothing is entropy-coded. */
  entropyBytes: number | null;
  /** All that crossed the TCP socket, below TLS. */
  wireBytes: number;
  /** Completed transfers: tasks delivered, or updates accepted. */
  transfers: number;
  /** Σ‖x‖² and Σ‖x−x̂‖², x the codec's input (vector + residual). */
  inputEnergy: number;
  errorEnergy: number;
  /** Σ‖v‖² and Σ‖v−x̂‖², v the fresh vector. */
  freshEnergy: number;
  freshErrorEnergy: number;
}

/** Bytes and errors of one direction: of a round, or summed over a run. Ratios are of the sums. */
export interface DirectionTotals extends DirectionSums {
  /** denseBytes / valueBytes; exactly 1 for dense float32; null where no value was sent. */
  payloadRatio: number | null;
  /** denseBytes / wireBytes; null without a transfer. */
  ratio: number | null;
  /** errorEnergy / inputEnergy; 0 where the input is 0. */
  nmse: number;
  /** freshErrorEnergy / freshEnergy: the same against the fresh vector. */
  updateNmse: number;
}

interface RecordBase {
  v: number;
  /** All that may differ between repeats of a run: wall-clock seconds since the start `t`, memory and so on. */
  measured: { t: number; [name: string]: number | string };
}

export interface StartRecord extends RecordBase {
  type: 'start';
  name: string;
  /** SHA-256 of the resolved scenario. */
  scenarioHash: string;
  seed: number;
  versions: { fedsqueeze: string; protocol: number; engine: string };
  dataHash: string;
  partitionHash: string;
  layoutId: string;
  /** Numbers in the model. */
  parameters: number;
  /** Forward FLOPs of one example. */
  flops: number;
  clients: number;
  /** What happens to tensors that are no weights, in words. */
  policies: Record<string, string>;
  modelHash: string;
}

/** How far a federation that prunes is after a round. */
export interface PruningRecord {
  /** Whether weights have yet to go, went at the round's end, or those that are left learnt on. */
  phase: 'train' | 'prune' | 'fine-tune';
  /** Weights that are not pruned, biases and normalization with them. */
  livingWeights: number;
  /** Part of the weights of dense layers and convolutions that is gone, 0 to 1. */
  sparsity: number;
}

export interface RoundRecord extends RecordBase {
  type: 'round';
  round: number;
  selected: number[];
  reported: number[];
  dropped: { client: number; reason: string }[];
  /** Mean local training loss, weighted by samples; null without an update. */
  trainLoss: number | null;
  modelHash: string;
  /** Simulated duration of the round; null without a `network`. */
  simulatedSeconds: number | null;
  uplink: DirectionTotals;
  downlink: DirectionTotals;
  /** Left out where nothing is pruned during the run. */
  pruning?: PruningRecord;
}

/** One accepted update. Its size stands there in five ways, from dense float32 to what crossed the socket. */
export interface ClientRecord extends RecordBase {
  type: 'client';
  round: number;
  client: number;
  samples: number;
  /** 4 × numbers in the full global model. */
  denseBytes: number;
  /** The formula papers use; this and the next two are summed over the parts. */
  naiveBytes: number;
  /** Empirical entropy; null where nothing is entropy-coded. */
  entropyBytes: number | null;
  /** Coded parts. */
  payloadBytes: number;
  /** All that the client sent on the TCP socket for this round, below TLS. */
  uplinkWireBytes: number;
  /** And all that it was sent. */
  downlinkWireBytes: number;
  parts: { part: string; payloadBytes: number; valueBytes: number; naiveBytes: number; entropyBytes: number | null }[];
  nmse: number;
  loss: number;
  /** Memory for what the client keeps for its next round: residuals, velocities and so on. */
  stateBytes: number;
  simulatedSeconds: number | null;
}

/** What a network nested in the model is worth by itself. */
export interface NarrowerEvaluation {
  /** Part of each hidden layer's channels. */
  width: number;
  /** 0 to 1. */
  accuracy: number;
  /** Mean loss, nats. */
  loss: number;
}

export interface EvaluationRecord extends RecordBase {
  type: 'evaluation';
  round: number;
  split: 'test' | 'validation';
  /** 0 to 1. */
  accuracy: number;
  /** Mean loss, nats. */
  loss: number;
  samples: number;
  modelHash: string;
  /** Widest first; left out where clients have the whole network. */
  narrower?: NarrowerEvaluation[];
}

export interface FaultRecord extends RecordBase {
  type: 'fault';
  code: string;
  round: number;
  client: number | null;
  /** What was done about it. */
  action: string;
  /** True when the seed alone decides it, so that a repeat of the run has it too. Left out: false. */
  repeatable?: boolean;
}

export interface ResumeRecord extends RecordBase {
  type: 'resume';
  /** The round of the checkpoint; the next one runs. */
  round: number;
}

export interface EndRecord extends RecordBase {
  type: 'end';
  exit: Exit;
  rounds: number;
  /**
   * `closingUplinkBytes` and `closingDownlinkBytes`: closing the connections after the last round, in no total. They
   * depend on how many connections are open, so on whether the run was interrupted.
   */
  measured: RecordBase['measured'];
}

export type RunRecord =
  | StartRecord
  | RoundRecord
  | ClientRecord
  | EvaluationRecord
  | FaultRecord
  | ResumeRecord
  | EndRecord;

/** A model after a step of model compression, or before the first. */
export interface CompressedStage {
  /** The step's scenario word; `original` for the model of the last round. */
  name: string;
  /** Bytes of the compact model file. */
  storedBytes: number;
  /** 4 × numbers of the original / storedBytes. */
  ratio: number;
  /** Numbers, and those that are not 0. */
  parameters: number;
  nonzero: number;
  /** Forward FLOPs of one example, and those by weights that are not 0. */
  flops: number;
  effectiveFlops: number;
  /** Of the test examples. */
  accuracy: number;
  loss: number;
  /** Codes of what a user should know. */
  warnings: string[];
}

/** How a run ended. */
export type Exit = 'done' | 'stopped' | 'interrupted' | 'failed';

/** `summary.json` of a run folder. */
export interface Summary {
  v: number;
  name: string;
  seed: number;
  /** Rounds done. */
  rounds: number;
  /** Last and best accuracy, null when nothing was evaluated. */
  accuracy: number | null;
  bestAccuracy: number | null;
  /** Of the last evaluation; left out where clients have the whole network. */
  narrower?: NarrowerEvaluation[];
  uplink: DirectionTotals;
  downlink: DirectionTotals;
  /** Both directions together. */
  total: { denseBytes: number; wireBytes: number; ratio: number | null };
  /** wireBytes of both directions at the first evaluation at or above each target; null when never. */
  bytesToAccuracy: { target: number; bytes: number | null; round: number | null }[];
  modelHash: string;
  /** Memory for what clients keep between rounds: of the client that needs most, and of all that have taken part. */
  clientState: { mostBytes: number; bytes: number };
  simulatedSeconds: number | null;
  wallSeconds: number;
  clientUpdatesPerSecond: number;
  /** A count per code. */
  faults: Record<string, number>;
  /** False after a fault that depends on real time: a repeat may differ. */
  repeatable: boolean;
  exit: Exit;
  scenarioHash: string;
  /** The model of the last round, and what `modelCompression.after` made of it; left out where a scenario compresses none. */
  modelCompression?: { stages: CompressedStage[] };
}
