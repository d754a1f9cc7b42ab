import { compressedStages } from './compressed/stages.js';
import type { Case, ReportModel, Run } from './model.js';
import { bandOf, medianOrNever, paretoFront, type Band } from './statistics.js';

/** Rounds and bytes to one accuracy target: medians over seeds, where a run that never gets there is the last. */
export interface TargetCell {
  /** 0 to 1. */
  readonly target: number;
  /** Round of the first evaluation at or above the target; null when never. */
  readonly round: number | null;
  /** These rounds / the baseline's; null without a baseline or when either never gets there. */
  readonly roundsToBaseline: number | null;
  /** wireBytes of both directions until the first evaluation at or above the target; null when never. */
  readonly bytes: number | null;
  /** The baseline's bytes / these bytes, medians over seeds; null without a baseline or when either never gets there. */
  readonly savingToTarget: number | null;
}

/** One row of the table of cases: medians over seeds. */
export interface CaseRow {
  readonly label: string;
  readonly runs: number;
  readonly unfinished: number;
  readonly rounds: Band | null;
  readonly accuracy: Band | null;
  readonly bestAccuracy: Band | null;
  readonly uplinkRatio: Band | null;
  readonly downlinkRatio: Band | null;
  readonly totalRatio: Band | null;
  readonly uplinkWireBytes: Band | null;
  readonly downlinkWireBytes: Band | null;
  readonly totalWireBytes: Band | null;
  readonly targets: readonly TargetCell[];
  readonly wallSeconds: Band | null;
  readonly simulatedSeconds: Band | null;
  readonly clientUpdatesPerSecond: Band | null;
  readonly faults: number;
  readonly repeatable: boolean;
  readonly isBaseline: boolean;
  /** No other case has more accuracy for fewer bytes. */
  readonly onFront: boolean;
  /** Of the models that were compressed after their runs, at the end; null where none was. */
  readonly compressed: CompressedRow | null;
  /** Accuracy of the networks nested in the model, by width; none where clients have the whole network. */
  readonly narrower: ReadonlyMap<number, Band>;
}

/** What model compression made of a case's models: medians over seeds. */
export interface CompressedRow {
  readonly accuracy: Band;
  readonly storedBytes: Band;
  /** Bytes of the original as float32 / bytes stored. */
  readonly ratio: Band;
}

/** What was needed to get to a target. */
type Need = 'bytes' | 'round';

const medianNeed = (one: Case | undefined, target: number, need: Need): number | null =>
  one === undefined
    ? null
    : medianOrNever(
        one.counted.map(
          ({ summary }) => summary.bytesToAccuracy.find((reached) => reached.target === target)?.[need] ?? null,
        ),
      );

const quotient = (a: number | null, b: number | null): number | null =>
  a === null || b === null || b === 0 ? null : a / b;

const targetCell = (one: Case, baseline: Case | undefined, target: number): TargetCell => {
  const bytes = medianNeed(one, target, 'bytes');
  const round = medianNeed(one, target, 'round');
  return {
    target,
    round,
    roundsToBaseline: quotient(round, medianNeed(baseline, target, 'round')),
    bytes,
    savingToTarget: quotient(medianNeed(baseline, target, 'bytes'), bytes),
  };
};

const countFaults = (runs: readonly Run[]): number => runs.reduce((sum, { faults }) => sum + faults.length, 0);

const compressedRow = ({ counted }: Case): CompressedRow | null => {
  const last = counted.flatMap(({ compression }) =>
    compression === null || compression.stages.length === 0 ? [] : [compressedStages(compression).at(-1)!],
  );
  const accuracy = bandOf(last.map((stage) => stage.accuracy));
  const storedBytes = bandOf(last.map((stage) => stage.storedBytes));
  const ratio = bandOf(last.map((stage) => stage.ratio));
  return accuracy === null || storedBytes === null || ratio === null ? null : { accuracy, storedBytes, ratio };
};

const narrowerBands = ({ counted }: Case): ReadonlyMap<number, Band> => {
  const all = counted.flatMap(({ summary }) => summary.narrower ?? []);
  const bandAt = (width: number): Band | null =>
    bandOf(all.filter((own) => own.width === width).map(({ accuracy }) => accuracy));
  return new Map(
    all.flatMap(({ width }) => {
      const band = bandAt(width);
      return band === null ? [] : [[width, band] as const];
    }),
  );
};

/** Widths of networks nested in some case's model, widest first. */
export const widthsOf = (rows: readonly CaseRow[]): number[] =>
  [...new Set(rows.flatMap(({ narrower }) => [...narrower.keys()]))].sort((a, b) => b - a);

const caseRow = (one: Case, model: ReportModel, onFront: boolean): CaseRow => {
  const over = (pick: (run: Run) => number | null): Band | null => bandOf(one.counted.map(pick));
  const baseline = model.cases.find(({ label }) => label === one.baseline);
  return {
    label: one.label,
    runs: one.runs.length,
    unfinished: one.runs.filter(({ finished }) => !finished).length,
    rounds: over(({ summary }) => summary.rounds),
    accuracy: over(({ summary }) => summary.accuracy),
    bestAccuracy: over(({ summary }) => summary.bestAccuracy),
    uplinkRatio: over(({ summary }) => summary.uplink.ratio),
    downlinkRatio: over(({ summary }) => summary.downlink.ratio),
    totalRatio: over(({ summary }) => summary.total.ratio),
    uplinkWireBytes: over(({ summary }) => summary.uplink.wireBytes),
    downlinkWireBytes: over(({ summary }) => summary.downlink.wireBytes),
    totalWireBytes: over(({ summary }) => summary.total.wireBytes),
    targets: model.targets.map((target) => targetCell(one, baseline, target)),
    wallSeconds: over(({ summary }) => summary.wallSeconds),
    simulatedSeconds: over(({ summary }) => summary.simulatedSeconds),
    clientUpdatesPerSecond: over(({ summary }) => summary.clientUpdatesPerSecond),
    faults: countFaults(one.runs),
    repeatable: one.runs.every(({ summary }) => summary.repeatable),
    isBaseline: one.baseline === one.label,
    onFront,
    compressed: compressedRow(one),
    narrower: narrowerBands(one),
  };
};

/** Which bytes tell cases apart. */
export type Way = 'total' | 'uplink' | 'downlink';

/** Median bytes that differ by less than this factor are the same to a reader. */
const sameBytes = 1.01;

const bytesOf = ({ counted }: Case, way: Way): Band | null =>
  bandOf(counted.map(({ summary }) => summary[way].wireBytes));

/** Whether all cases send about the same in a direction. */
const areAlike = (cases: readonly Case[], way: Way): boolean => {
  const bytes = cases.flatMap((one) => bytesOf(one, way)?.median ?? []);
  return Math.max(...bytes) <= sameBytes * Math.min(...bytes);
};

/** The bytes that cases are compared by: of both directions, or where they are the same one way, of the other. */
export const comparedWay = (cases: readonly Case[]): Way => {
  const [up, down] = [areAlike(cases, 'uplink'), areAlike(cases, 'downlink')];
  return up === down ? 'total' : up ? 'downlink' : 'uplink';
};

/** A case as a point: median bytes, of the way by which cases are compared, and median last accuracy. */
export interface CasePoint {
  readonly label: string;
  readonly accuracy: Band;
  readonly wireBytes: Band;
  readonly runs: number;
  /** Whether one of its runs went to its end; an unfinished case is never on the front. */
  readonly finished: boolean;
  readonly onFront: boolean;
}

/** @returns the cases that were evaluated, with those marked that are on the Pareto front of the medians */
export const casePoints = (cases: readonly Case[]): CasePoint[] => {
  const way = comparedWay(cases);
  const points = cases.flatMap((one) => {
    const accuracy = bandOf(one.counted.map(({ summary }) => summary.accuracy));
    const wireBytes = bytesOf(one, way);
    if (accuracy === null || wireBytes === null) return [];
    const finished = one.counted.some((run) => run.finished);
    return [{ label: one.label, accuracy, wireBytes, runs: one.counted.length, finished }];
  });
  const candidates = points.filter(({ finished }) => finished);
  const front = paretoFront(
    candidates.map((point) => ({ cost: point.wireBytes.median, value: point.accuracy.median })),
  );
  const labels = new Set(front.map((index) => candidates[index].label));
  return points.map((point) => ({ ...point, onFront: labels.has(point.label) }));
};

/** @returns one row a case, in the model's order */
export const summarizeCases = (model: ReportModel): CaseRow[] => {
  const front = new Set(casePoints(model.cases).flatMap(({ label, onFront }) => (onFront ? [label] : [])));
  return model.cases.map((one) => caseRow(one, model, front.has(one.label)));
};
