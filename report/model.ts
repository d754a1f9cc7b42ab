import type { CompressionFile } from '../shared/runlog/compression-file.js';
import type { DirectionTotals, FaultRecord, StartRecord, Summary } from '../shared/runlog/records.js';

/** One round of a run, with what it took from the start to its end. */
export interface RoundRow {
  readonly round: number;
  readonly selected: number;
  readonly reported: number;
  readonly dropped: number;
  readonly trainLoss: number | null;
  readonly simulatedSeconds: number | null;
  readonly uplink: DirectionTotals;
  readonly downlink: DirectionTotals;
}

/** One evaluation, with the bytes of both directions from the start of the run to it. */
export interface EvaluationRow {
  readonly round: number;
  readonly split: string;
  /** 0 to 1; null where the run log has no number. */
  readonly accuracy: number | null;
  readonly loss: number | null;
  readonly samples: number;
  readonly wireBytes: number;
  readonly denseBytes: number;
}

/** One run folder as a report sees it. */
export interface Run {
  readonly folder: string;
  readonly name: string;
  readonly seed: number;
  /** Runs with the same key are repeats of one case over seeds. */
  readonly caseKey: string;
  /** What the case is called in pictures and tables. */
  readonly caseLabel: string;
  /** Key of the case that this one's savings are measured against; null for none. */
  readonly baselineKey: string | null;
  /** Text of `scenario.yaml`. */
  readonly scenario: string;
  /** False for a run that was interrupted, failed or goes on. */
  readonly finished: boolean;
  readonly start: StartRecord | null;
  readonly summary: Summary;
  readonly rounds: readonly RoundRow[];
  readonly evaluations: readonly EvaluationRow[];
  readonly faults: readonly FaultRecord[];
  /** Bytes of a last line that a kill cut off. */
  readonly cutBytes: number;
  /** What became of the model in `compressed/` of its folder; null where it was not compressed. */
  readonly compression: CompressionFile | null;
}

/** Repeats of one experiment over seeds. */
export interface Case {
  readonly label: string;
  /** All runs of the case. */
  readonly runs: readonly Run[];
  /** The runs that statistics are made of: the finished ones, or all when none is. */
  readonly counted: readonly Run[];
  /** Label of the case that savings are measured against: its own for a baseline, null for none. */
  readonly baseline: string | null;
}

/** Everything a report is made of. */
export interface ReportModel {
  readonly title: string;
  readonly cases: readonly Case[];
  readonly runs: readonly Run[];
  /** All accuracy targets of the runs, ascending, 0 to 1. */
  readonly targets: readonly number[];
}
