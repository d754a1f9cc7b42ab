import type { DirectionTotals, FaultRecord } from '../../shared/runlog/records.js';
import {
  formatBytes,
  formatCount,
  formatMegabytes,
  formatNumber,
  formatPercent,
  formatRatio,
  formatRounds,
  formatSeconds,
  formatTarget,
} from '../format.js';
import type { ReportModel, Run } from '../model.js';
import type { Band } from '../statistics.js';
import { widthsOf, type CaseRow } from '../summarize.js';
import { htmlTable, type Column, type Html } from './html.js';

const middle = (band: Band | null): number | null => band?.median ?? null;

const accuracyText = (band: Band | null): string => {
  if (band === null || band.least === band.greatest) return formatPercent(middle(band));
  return `${formatPercent(band.median)} (${(band.least * 100).toFixed(2)} to ${(band.greatest * 100).toFixed(2)})`;
};

const caseName = ({ label, isBaseline, onFront }: CaseRow): string =>
  `${label}${isBaseline ? ' (baseline)' : ''}${onFront ? ' ★' : ''}`;

const runsText = ({ runs, unfinished }: CaseRow): string =>
  unfinished === 0 ? String(runs) : `${runs} (${unfinished} unfinished)`;

const caseColumns: readonly Column<CaseRow>[] = [
  { title: 'Case', about: '★: on the Pareto front of accuracy against bytes', cell: caseName },
  { title: 'Runs', cell: runsText, isNumber: true },
  { title: 'Rounds', cell: ({ rounds }) => formatCount(middle(rounds)), isNumber: true },
  { title: 'Accuracy', about: 'last evaluation', cell: ({ accuracy }) => accuracyText(accuracy), isNumber: true },
  {
    title: 'Best',
    about: 'best evaluation',
    cell: ({ bestAccuracy }) => formatPercent(middle(bestAccuracy)),
    isNumber: true,
  },
  {
    title: 'Uplink ratio',
    about: 'dense float32 bytes / bytes on the wire, clients to coordinator',
    cell: ({ uplinkRatio }) => formatRatio(middle(uplinkRatio)),
    isNumber: true,
  },
  {
    title: 'Total ratio',
    about: 'dense float32 bytes / bytes on the wire, both directions',
    cell: ({ totalRatio }) => formatRatio(middle(totalRatio)),
    isNumber: true,
  },
  {
    title: 'Up, MB',
    about: '10⁶ bytes',
    cell: ({ uplinkWireBytes }) => formatMegabytes(middle(uplinkWireBytes)),
    isNumber: true,
  },
  {
    title: 'Down, MB',
    about: '10⁶ bytes',
    cell: ({ downlinkWireBytes }) => formatMegabytes(middle(downlinkWireBytes)),
    isNumber: true,
  },
];

/** A number and its unit stay on one line of a column head. */
const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0');

const targetColumns = (targets: readonly number[], hasBaseline: boolean): Column<CaseRow>[] =>
  targets.flatMap((target, index): Column<CaseRow>[] => {
    const rounds: Column<CaseRow> = {
      title: `Rounds to ${unbroken(formatTarget(target))}`,
      about:
        'round of the first evaluation at or above the target, in brackets: times the baseline’s; medians over seeds',
      cell: ({ targets: cells }) => formatRounds(cells[index].round, cells[index].roundsToBaseline),
      isNumber: true,
    };
    const bytes: Column<CaseRow> = {
      title: `MB to ${unbroken(formatTarget(target))}`,
      about: 'bytes of both directions until the first evaluation at or above the target',
      cell: (row) => formatMegabytes(row.targets[index].bytes),
      isNumber: true,
    };
    const saving: Column<CaseRow> = {
      title: `Saving to ${unbroken(formatTarget(target))}`,
      about: 'the baseline’s bytes to the target / this case’s, medians over seeds',
      cell: (row) => formatRatio(row.targets[index].savingToTarget),
      isNumber: true,
    };
    return hasBaseline ? [rounds, bytes, saving] : [rounds, bytes];
  });

const widthColumns = (rows: readonly CaseRow[]): Column<CaseRow>[] =>
  widthsOf(rows).map((width) => ({
    title: `At width ${width}`,
    about: `test accuracy of the network that has this part of each hidden layer’s channels, cut out of the model`,
    cell: ({ narrower }) => accuracyText(narrower.get(width) ?? null),
    isNumber: true,
  }));

const compressedColumns: readonly Column<CaseRow>[] = [
  {
    title: 'Compressed',
    about: 'test accuracy of the model at the end of its compression',
    cell: ({ compressed }) => accuracyText(compressed?.accuracy ?? null),
    isNumber: true,
  },
  {
    title: 'Stored',
    about: 'bytes of the compact model file',
    cell: ({ compressed }) => formatBytes(compressed?.storedBytes.median ?? null),
    isNumber: true,
  },
  {
    title: 'Model ratio',
    about: 'bytes of the original model as float32 / bytes stored',
    cell: ({ compressed }) => formatRatio(compressed?.ratio.median ?? null),
    isNumber: true,
  },
];

const lastCaseColumns: readonly Column<CaseRow>[] = [
  { title: 'Time', about: 'real time', cell: ({ wallSeconds }) => formatSeconds(middle(wallSeconds)), isNumber: true },
  {
    title: 'Updates / s',
    about: 'accepted client updates a real second',
    cell: ({ clientUpdatesPerSecond }) => formatNumber(middle(clientUpdatesPerSecond) ?? 0),
    isNumber: true,
  },
  { title: 'Faults', cell: ({ faults }) => String(faults), isNumber: true },
  {
    title: 'Repeatable',
    about: 'no: something that depends on real time happened, a repeat may differ',
    cell: ({ repeatable }) => (repeatable ? 'yes' : 'no'),
  },
];

/** @returns the table of cases, medians over seeds */
export const caseTable = (model: ReportModel, rows: readonly CaseRow[]): Html => {
  const hasBaseline = rows.some(({ isBaseline }) => isBaseline);
  const columns = [
    ...caseColumns,
    ...widthColumns(rows),
    ...targetColumns(model.targets, hasBaseline),
    ...(rows.some(({ compressed }) => compressed !== null) ? compressedColumns : []),
    ...lastCaseColumns,
  ];
  return htmlTable('Cases (medians over runs)', columns, rows);
};

const runColumns: readonly Column<Run>[] = [
  { title: 'Run', cell: ({ name }) => name },
  { title: 'Seed', cell: ({ seed }) => String(seed), isNumber: true },
  { title: 'End', cell: ({ summary }) => summary.exit },
  { title: 'Rounds', cell: ({ summary }) => String(summary.rounds), isNumber: true },
  { title: 'Accuracy', cell: ({ summary }) => formatPercent(summary.accuracy), isNumber: true },
  { title: 'Best', cell: ({ summary }) => formatPercent(summary.bestAccuracy), isNumber: true },
  { title: 'Uplink ratio', cell: ({ summary }) => formatRatio(summary.uplink.ratio), isNumber: true },
  { title: 'Total ratio', cell: ({ summary }) => formatRatio(summary.total.ratio), isNumber: true },
  {
    title: 'MB',
    about: 'both directions, 10⁶ bytes',
    cell: ({ summary }) => formatMegabytes(summary.total.wireBytes),
    isNumber: true,
  },
  { title: 'Time', cell: ({ summary }) => formatSeconds(summary.wallSeconds), isNumber: true },
  { title: 'Faults', cell: ({ faults }) => String(faults.length), isNumber: true },
  { title: 'Model hash', about: 'first 12 digits', cell: ({ summary }) => summary.modelHash.slice(0, 12) },
];

/** @returns the table of runs */
export const runTable = (runs: readonly Run[]): Html => htmlTable('Runs', runColumns, runs);

interface DirectionRow {
  readonly title: string;
  readonly totals: DirectionTotals;
}

const bytesColumn = (title: string, field: keyof DirectionTotals, about: string): Column<DirectionRow> => ({
  title,
  about,
  cell: ({ totals }) => formatBytes(totals[field]),
  isNumber: true,
});

const directionColumns: readonly Column<DirectionRow>[] = [
  { title: 'Direction', cell: ({ title }) => title },
  {
    title: 'Transfers',
    about: 'tasks delivered, or updates accepted',
    cell: ({ totals }) => String(totals.transfers),
    isNumber: true,
  },
  bytesColumn('Dense float32', 'denseBytes', '4 bytes a number of the full model for each transfer'),
  bytesColumn('Papers’ formula', 'naiveBytes', 'the formula papers use: kept values and positions, no headers'),
  bytesColumn(
    'Zero-order entropy',
    'entropyBytes',
    'empirical entropy of the symbols and positions; a coder that sees patterns can be below it',
  ),
  bytesColumn('Values', 'valueBytes', 'coded values and positions'),
  bytesColumn('Payload', 'payloadBytes', 'values with headers, scales and tables'),
  bytesColumn('Messages', 'messageBytes', 'payloads with frame headers and message fields'),
  bytesColumn('On the wire', 'wireBytes', 'everything that crossed the TCP socket'),
  {
    title: 'Payload ratio',
    about: 'dense / values',
    cell: ({ totals }) => formatRatio(totals.payloadRatio),
    isNumber: true,
  },
  { title: 'Ratio', about: 'dense / on the wire', cell: ({ totals }) => formatRatio(totals.ratio), isNumber: true },
  {
    title: 'NMSE',
    about: 'squared coding error / squared input, residual included',
    cell: ({ totals }) => formatNumber(totals.nmse),
    isNumber: true,
  },
];

/** @returns the bytes of a run, counted in all ways */
export const directionTable = ({ summary }: Run): Html =>
  htmlTable('Bytes by direction', directionColumns, [
    { title: 'Uplink', totals: summary.uplink },
    { title: 'Downlink', totals: summary.downlink },
  ]);

const faultColumns: readonly Column<FaultRecord>[] = [
  { title: 'Code', cell: ({ code }) => code },
  { title: 'Round', cell: ({ round }) => String(round), isNumber: true },
  { title: 'Client', cell: ({ client }) => (client === null ? '–' : String(client)), isNumber: true },
  { title: 'What was done', cell: ({ action }) => action },
];

/** More faults than this make no table that anyone reads; all of them are in run.jsonl. */
const mostFaults = 50;

export const faultTable = (faults: readonly FaultRecord[]): Html => {
  const more = faults.length > mostFaults ? `, the first ${mostFaults} of ${faults.length}` : '';
  return htmlTable(`Faults${more}`, faultColumns, faults.slice(0, mostFaults));
};
