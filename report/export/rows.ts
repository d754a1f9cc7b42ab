import { compressedStages } from '../compressed/stages.js';
import type { DirectionTotals } from '../../shared/runlog/records.js';
import type { Case, ReportModel, Run } from '../model.js';
import { summarizeCases, widthsOf, type CaseRow } from '../summarize.js';
import type { Cell } from './csv.js';

type Row = Readonly<Record<string, Cell>>;

const runKey = (one: Case, run: Run): Row => ({ case: one.label, run: run.folder, seed: run.seed });

/** Fields of a direction, each with the direction's name in front: `uplinkWireBytes`. */
const directionCells = (direction: 'uplink' | 'downlink', totals: DirectionTotals): Row =>
  Object.fromEntries(
    Object.entries(totals).map(([field, value]) => [`${direction}${field[0].toUpperCase()}${field.slice(1)}`, value]),
  );

const eachRun = (model: ReportModel, rowsOf: (one: Case, run: Run) => readonly Row[]): Row[] =>
  model.cases.flatMap((one) => one.runs.flatMap((run) => rowsOf(one, run)));

/** @returns one row a round and run */
export const roundRows = (model: ReportModel): Row[] =>
  eachRun(model, (one, run) =>
    run.rounds.map(({ uplink, downlink, ...rest }) => ({
      ...runKey(one, run),
      ...rest,
      ...directionCells('uplink', uplink),
      ...directionCells('downlink', downlink),
    })),
  );

/** @returns one row an evaluation and run, with the bytes of both directions since the start */
export const evaluationRows = (model: ReportModel): Row[] =>
  eachRun(model, (one, run) => run.evaluations.map((evaluation) => ({ ...runKey(one, run), ...evaluation })));

/** Bytes to each target of this run, and the saving of its case. */
const targetCells = (run: Run, row: CaseRow): Row =>
  Object.fromEntries(
    row.targets.flatMap(({ target, savingToTarget }) => {
      const reached = run.summary.bytesToAccuracy.find((at) => at.target === target);
      return [
        [`roundTo${target}`, reached?.round ?? null],
        [`bytesTo${target}`, reached?.bytes ?? null],
        [`caseSavingTo${target}`, savingToTarget],
      ];
    }),
  );

/** What became of the run's model; columns are there when any run's was compressed. */
const compressedCells = ({ compression }: Run): Row => {
  const last = compression === null ? undefined : compressedStages(compression).at(-1);
  return {
    compressedAccuracy: last?.accuracy ?? null,
    storedBytes: last?.storedBytes ?? null,
    modelRatio: last?.ratio ?? null,
  };
};

/** Accuracies of the networks nested in the run's model. */
const narrowerCells = ({ summary: { narrower = [] } }: Run, widths: readonly number[]): Row =>
  Object.fromEntries(
    widths.map((width) => [`accuracyAtWidth${width}`, narrower.find((own) => own.width === width)?.accuracy ?? null]),
  );

/** @returns one row a run */
export const runRows = (model: ReportModel): Row[] => {
  const rows = summarizeCases(model);
  const widths = widthsOf(rows);
  const hasCompressed = model.runs.some(({ compression }) => compression !== null);
  return model.cases.flatMap((one, index) =>
    one.runs.map((run) => {
      const { summary } = run;
      return {
        ...runKey(one, run),
        name: run.name,
        exit: summary.exit,
        rounds: summary.rounds,
        accuracy: summary.accuracy,
        bestAccuracy: summary.bestAccuracy,
        totalDenseBytes: summary.total.denseBytes,
        totalWireBytes: summary.total.wireBytes,
        totalRatio: summary.total.ratio,
        ...narrowerCells(run, widths),
        ...directionCells('uplink', summary.uplink),
        ...directionCells('downlink', summary.downlink),
        ...targetCells(run, rows[index]),
        simulatedSeconds: summary.simulatedSeconds,
        wallSeconds: summary.wallSeconds,
        clientUpdatesPerSecond: summary.clientUpdatesPerSecond,
        faults: run.faults.length,
        repeatable: summary.repeatable,
        onFront: rows[index].onFront,
        ...(hasCompressed ? compressedCells(run) : {}),
        modelHash: summary.modelHash,
        scenarioHash: summary.scenarioHash,
      };
    }),
  );
};
